"""The tables of MSDS v2 that are read, and of each the fields without which its rows say nothing.

Names as in NHS England's published processing of the data set (MSDS v2, 2019 onwards).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["DIED", "SAME_DIAGNOSIS", "SUBMISSION_FIELDS", "TABLES", "UNREAD_TABLES", "Table"]

#: Beside the fields of a baby: whether anything stands where the date of its death does.
DIED = "death recorded"
#: Fields that say which submission a row came in.
SUBMISSION_FIELDS = ("RPStartDate", "RecordNumber", "UniqSubmissionID")


@dataclass(frozen=True, kw_only=True)
class Table:
    """``needs`` are the fields a file must have; ``placed_by`` those without a value in which a row belongs nowhere;
    ``same_row`` those by which a row that was sent again is known; ``reads`` what else is read, where it is there;
    ``dates`` the fields among them that hold dates."""

    name: str
    needs: tuple[str, ...]
    placed_by: tuple[str, ...]
    same_row: tuple[str, ...]
    reads: tuple[str, ...]
    dates: tuple[str, ...]

    @property
    def short(self) -> str:
        return self.name[:6]

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that is read, once each."""
        return tuple(dict.fromkeys((*self.needs, *self.same_row, *self.reads, *SUBMISSION_FIELDS)))


_PLACES = ("UniqPregID", "CareConID", "CareActIDMother")


def _table(name: str, needs: str, same_row: str, reads: str) -> Table:
    needed, known, read = (tuple(fields.split()) for fields in (needs, same_row, reads))
    # By its mother where a row is of her and not of a pregnancy; a score has its activity, an activity its contact.
    places = tuple(field for field in needed if field in _PLACES) or needed
    dates = tuple(field for field in (*known, *read) if "Date" in field or field == "EDDAgreed")
    return Table(name=name, needs=needed, placed_by=places, same_row=known, reads=read, dates=dates)


_DIAGNOSIS = "MasterSnomedCTDiagCode MapSnomedCTDiagCode MasterICD10Code MapICD10Code Diag"
#: By which a diagnosis of this pregnancy that can be made once is known, whatever its date.
SAME_DIAGNOSIS = ("UniqPregID", *_DIAGNOSIS.split())

_ACTIVITY = (
    "MasterSnomedCTObsCode ObsCode MasterSnomedCTFindingCode FindingCode MasterSnomedCTProcedureCode ProcedureCode"
)

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.short: table
        for table in (
            _table(
                "MSD001MotherDemog",
                "Person_ID_Mother",
                "Person_ID_Mother",
                "EthnicCategoryMother Rank_IMD_Decile_2015 OrgCodeProvider",
            ),
            _table(
                "MSD101PregnancyBooking",
                "UniqPregID Person_ID_Mother",
                "UniqPregID",
                "OrgCodeProvider AgeAtBookingMother AntenatalAppDate GestAgeBooking EDDAgreed LastMenstrualPeriodDate "
                "PreviousLiveBirths PreviousStillBirths PreviousLossesLessThan24Weeks PreviousCaesareanSections "
                "ComplexSocialFactorsInd SupportStatusIndMother LangCode DischargeDateMatService",
            ),
            _table(
                "MSD103DatingScan",
                "UniqPregID",
                "UniqPregID ProcedureDateDatingUltrasound",
                "GestationDatingUltrasound NoFetusesDatingUltrasound",
            ),
            _table(
                "MSD104CodedScoreAssPreg",
                "UniqPregID ToolTypeSNOMED",
                "UniqPregID ToolTypeSNOMED CompDate",
                "Score",
            ),
            _table("MSD106DiagnosisPreg", "UniqPregID", f"UniqPregID {_DIAGNOSIS} DiagDate", ""),
            _table(
                "MSD107MedHistory",
                "UniqPregID",
                # With its date: one that a later month adds takes nothing from what was told at booking.
                "UniqPregID MasterSnomedCTPrevDiagCode MapSnomedCTPrevDiagCode MasterICD10PrevCode PrevDiag DiagDate",
                "",
            ),
            _table(
                "MSD108FamHistBooking",
                "UniqPregID",
                "UniqPregID MasterSnomedCTSituationCode MasterICD10SituationCode Situation",
                "",
            ),
            _table(
                "MSD109FindingObsMother",
                "UniqPregID",
                "UniqPregID MasterSnomedCTObsCode ObsCode ObsDate MasterSnomedCTFindingCode FindingCode FindingDate",
                "ObsValue UCUMUnit",
            ),
            _table("MSD201CareContactPreg", "UniqPregID CareConID", "UniqPregID CareConID", "CContactDate"),
            _table(
                "MSD202CareActivityPreg",
                "UniqPregID CareConID",
                "UniqPregID CareConID CareActIDMother",
                f"{_ACTIVITY} ObsValue UCUMUnit PersonHeight PersonWeight",
            ),
            _table(
                "MSD203CodedScoreAssContact",
                "UniqPregID CareActIDMother ToolTypeSNOMED",
                "UniqPregID CareActIDMother ToolTypeSNOMED",
                "Score",
            ),
            _table(
                "MSD301LabourDelivery",
                "UniqPregID LabourDeliveryID",
                "UniqPregID LabourDeliveryID",
                "LabourOnsetMethod BirthsPerLabandDel StartDateMotherDeliveryHospProvSpell",
            ),
            _table(
                "MSD302CareActivityLabDel",
                "UniqPregID LabourDeliveryID",
                f"UniqPregID LabourDeliveryID ClinInterDateMother {_ACTIVITY}",
                "ObsValue UCUMUnit",
            ),
            _table(
                "MSD401BabyDemographics",
                "UniqPregID LabourDeliveryID Person_ID_Baby",
                "UniqPregID LabourDeliveryID Person_ID_Baby",
                "Person_ID_Mother OrgCodeProvider PersonBirthDateBaby GestationLengthBirth PregOutcome "
                "PersonDeathDateBaby",
            ),
            _table(
                "MSD402NeonatalAdmission",
                "UniqPregID Person_ID_Baby",
                "UniqPregID Person_ID_Baby NeonatalTransferStartDate",
                "",
            ),
            _table(
                "MSD405CareActivityBaby",
                "UniqPregID Person_ID_Baby",
                "UniqPregID Person_ID_Baby CareActIDBaby ClinInterDateBaby",
                "ApgarScore BirthWeight",
            ),
        )
    }
)

#: Tables of the same version that hold nothing which is read here, by their short names.
UNREAD_TABLES = (
    "MSD000", "MSD002", "MSD003", "MSD004", "MSD102", "MSD105", "MSD403", "MSD404", "MSD406", "MSD501", "MSD502",
    "MSD503", "MSD504", "MSD601", "MSD602", "MSD901",
)  # fmt: skip

"use strict";

const form = document.getElementById("try");
const answer = document.getElementById("answer");

function line(tag, text, name) {
  const element = document.createElement(tag);
  element.textContent = text;
  if (name) element.className = name;
  answer.append(element);
  return element;
}

function list(items) {
  const element = line("ul", "");
  for (const item of items) {
    const entry = document.createElement("li");
    entry.textContent = item;
    element.append(entry);
  }
}

function facts() {
  const recorded = {};
  for (const field of form.querySelectorAll("[data-fact]")) {
    if (field.value === "") continue;
    const kind = field.dataset.kind;
    const value = kind === "number" ? field.valueAsNumber : kind === "flag" ? field.value === "true" : field.value;
    recorded[field.dataset.fact] = field.dataset.unit ? { value, unit: field.dataset.unit } : { value };
  }
  return recorded;
}

function question() {
  const [outcome, point] = new FormData(form).get("model").split(" ");
  const group = document.getElementById("group");
  const [scheme, category] = group && group.value ? group.value.split(" ") : [];
  const asked = { prediction_point: point, outcomes: [outcome], facts: facts() };
  return scheme ? { ...asked, groups: { group_scheme: scheme, ethnic_category: category } } : asked;
}

const units = { a: "years", mo: "months", d: "days", "kg/m2": "kg/m²" };

function words(reason) {
  const known = { true: "yes", false: "no" };
  const value = known[reason.value] ?? reason.value;
  return `${reason.wording}, ${value}${reason.unit ? " " + (units[reason.unit] ?? reason.unit) : ""}: ${reason.direction} it (${reason.log_odds.toFixed(2)} log-odds)`;
}

function show(judged) {
  if (judged.status !== "scored") {
    line("p", judged.reason, "sentence");
    if (judged.band) line("p", `Band: ${judged.band}.`);
    return;
  }
  line("p", judged.natural_frequency.sentence, "sentence");
  const average = judged.average_natural_frequency;
  line("p", `In the women the model was fitted on: ${average.will.toLocaleString("en-GB")} of ${average.of.toLocaleString("en-GB")}. Band: ${judged.band}.`);
  if (judged.interval) {
    const percent = (share) => `${(100 * share).toFixed(1)} %`;
    line("p", `Of held-out women scored like this it happened to ${percent(judged.interval.observed)} (95 % interval ${percent(judged.interval.lower)} to ${percent(judged.interval.upper)}).`);
    if (judged.interval.risk_told !== "within") line("p", `The risk told lies ${judged.interval.risk_told} what was seen of them.`);
    if (!judged.interval.women_scored_like_this) line("p", "No held-out woman was scored as far out: the interval is drawn on from the nearest.", "faint");
  }
  line("p", judged.alert ? `Offer: ${judged.offer.offer} (${judged.offer.window}).` : "Below the cut for an offer.");
  line("h3", judged.reasons_heading);
  list(judged.reasons.map(words));
  if (judged.inputs_missing.length) line("p", `Not recorded: ${judged.inputs_missing.join(", ")}.`, "faint");
  line("p", `${judged.model.name} version ${judged.model.version}. ${judged.model.definition}.`, "faint");
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  answer.replaceChildren();
  try {
    const response = await fetch("/v1/risks", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(question()),
    });
    const body = await response.json();
    if (body.safety) line("p", body.safety.headline, "act");
    if (!response.ok) {
      line("p", `${body.title}: ${body.detail}`, "sentence");
      list((body.errors ?? []).map((error) => `${error.pointer}: ${error.detail}`));
      return;
    }
    line("p", body.notice, "act");
    Object.values(body.outcomes).forEach(show);
  } catch (error) {
    line("p", "The service did not answer.", "act");
  }
});

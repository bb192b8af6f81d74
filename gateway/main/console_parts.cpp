#include "gateway/main/console_parts.h"

#include "broadcasts/alert_kinds.h"

namespace kairan::gateway {
namespace {

void add_pictures(const ConsoleSources& from, staff::Parts& parts) {
  parts.add_picture = [&media = from.desk.media()](std::string_view bytes) -> Result<staff::StoredPicture> {
    const auto picture = store::clean_picture(bytes);
    if (!picture) return picture.error();
    const auto name = media.add(bytes);
    if (!name) return name.error();
    return staff::StoredPicture{*name, picture->extension == "png" ? "image/png" : "image/jpeg", picture->width,
                                picture->height, picture->bytes.size()};
  };
  parts.read_picture = [&media = from.desk.media()](std::string_view name) { return media.read(name); };
}

void add_residents(const ConsoleSources& from, staff::Parts& parts) {
  parts.erase_resident = [&erasure = from.erasure](std::string_view code, const store::Actor&) {
    return erasure.erase_by_code(code);
  };
}

StaffText level_name(const std::string& kind, const std::string& level) {
  const broadcasts::AlertKind* const known = broadcasts::find_alert_kind(kind);
  return known == nullptr ? StaffText() : broadcasts::alert_level_name(kind, known->level_number(level));
}

void add_warnings(const ConsoleSources& from, staff::Parts& parts) {
  parts.held_alerts = [&alerts = from.alerts.desk()]() -> Result<std::vector<staff::AlertRow>> {
    const auto held = alerts.held();
    if (!held) return held.error();
    std::vector<staff::AlertRow> rows;
    for (const broadcasts::HeldAlert& each : *held) {
      staff::AlertRow row;
      row.id = each.id;
      row.received = each.at;
      row.kind = each.kind;
      row.level = each.level;
      row.name = level_name(each.kind, each.level);
      row.headline = each.order.title;
      row.segment = each.order.segment;
      row.expires = each.order.expires;
      row.acknowledged_by = each.acknowledged_by;
      row.message = pick(each.order.texts, "ja");
      row.action = "hold";
      row.reason = each.reason;
      rows.push_back(std::move(row));
    }
    return rows;
  };
  parts.all_alerts = [&alerts = from.alerts.desk()]() -> Result<std::vector<staff::AlertRow>> {
    const auto log = alerts.log();
    if (!log) return log.error();
    std::vector<staff::AlertRow> rows;
    for (const broadcasts::AlertLogEntry& each : *log) {
      staff::AlertRow row;
      row.id = each.name;
      row.received = each.at;
      row.kind = each.kind;
      row.level = each.level;
      row.name = level_name(each.kind, each.level);
      row.headline = each.name;
      row.by = each.by;
      row.action = each.action;
      row.reason = each.reason;
      row.broadcast = each.broadcast;
      rows.push_back(std::move(row));
    }
    return rows;
  };
  parts.release_alert = [&alerts = from.alerts.desk()](const std::string& id, const store::Actor& by) {
    return alerts.release(id, by.name);
  };
  parts.dismiss_alert = [&alerts = from.alerts.desk()](const std::string& id, const store::Actor& by, const std::string& why) {
    return alerts.dismiss(id, by.name, why);
  };
  parts.acknowledge_alert = [&alerts = from.alerts.desk()](const std::string& id, const store::Actor& by) {
    return alerts.acknowledge(id, by.name);
  };
}

void add_shelters(const ConsoleSources& from, staff::Parts& parts) {
  parts.shelters = [&desk = from.shelters, list = from.shelter_list]() -> Result<std::vector<staff::ShelterRow>> {
    const auto states = desk.states();
    std::vector<staff::ShelterRow> rows;
    for (const Shelter& each : list->all()) {
      staff::ShelterRow row;
      row.name = each.name;
      row.district = each.district;
      row.address = each.address;
      row.capacity = each.capacity;
      row.hazards = each.hazards;
      if (const auto found = states.find(each.name); found != states.end()) {
        row.state = shelter_state_name(found->second.state);
        row.changed = found->second.since;
        row.changed_by = found->second.by;
      }
      rows.push_back(std::move(row));
    }
    return rows;
  };
  parts.set_shelter = [&desk = from.shelters](const std::string& name, const std::string& state,
                                              const store::Actor& by) -> Status {
    const auto parsed = parse_shelter_state(state);
    if (!parsed) return Error{ErrorCode::kInvalid, "state"};
    return desk.set(name, *parsed, by.name);
  };
}

/// One switch: the answers' mode, the picture menu and the collection of safety reports go together.
void add_disaster_mode(const ConsoleSources& from, staff::Parts& parts) {
  parts.is_on = [&menu = from.menu](std::string_view) -> Result<bool> { return menu.is_on(); };
  parts.set_on = [&menu = from.menu](std::string_view name, bool on, const store::Actor& by) -> Status {
    if (name != "menu" && name != "safety") return Error{ErrorCode::kNotFound, "no such switch"};
    return menu.set(on, by.name);
  };
  parts.safety = [&safety = from.safety]() -> Result<std::vector<staff::SafetyRow>> {
    const auto tally = safety.tally();
    if (!tally) return tally.error();
    std::vector<staff::SafetyRow> rows;
    for (const auto& [district, counts] : *tally) rows.push_back({district, counts.safe + counts.evacuated, counts.needs_help});
    return rows;
  };
}

}  // namespace

void add_console_parts(const ConsoleSources& from, staff::Parts& parts) {
  parts.broadcasts = &from.desk.service();
  parts.frames = &from.desk.frames();
  parts.alert_releases = &from.desk.alert_releases();
  parts.clicks = [&links = from.desk.links()](const std::string& id) -> std::optional<std::uint64_t> {
    const auto counts = links.clicks(id);
    if (!counts) return std::nullopt;
    std::uint64_t sum = 0;
    for (const auto& [code, count] : *counts) sum += count;
    return sum;
  };
  add_pictures(from, parts);
  add_residents(from, parts);
  add_warnings(from, parts);
  add_shelters(from, parts);
  add_disaster_mode(from, parts);
  add_console_health(from, parts);
}

}  // namespace kairan::gateway

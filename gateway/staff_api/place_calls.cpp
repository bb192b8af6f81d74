// Pictures for messages, the shelters' states, and the switch of the disaster menu.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/crypto.h"
#include "gateway/staff_api/broadcast_views.h"
#include "gateway/staff_api/endpoints.h"
#include "gateway/staff_api/fields.h"
#include "gateway/staff_api/segment_views.h"

namespace kairan::gateway::staff {
namespace {

using nlohmann::json;

constexpr std::size_t kPictureBytes = std::size_t{10} << 20;
constexpr std::size_t kPlaceIdDigits = 16;
constexpr std::string_view kMenu = "menu";

/// Shelters are known by their names; a path needs letters and digits.
std::string id_of(const std::string& name) {
  return to_hex(bytes_of(sha256("shelter/" + name))).substr(0, kPlaceIdDigits);
}

json shelter_json(const Parts& parts, const ShelterRow& row, Language language) {
  const auto schema = parts.schema ? parts.schema() : nullptr;
  return {{"id", id_of(row.name)},
          {"name", row.name},
          {"district", row.district},
          {"district_name", district_name(schema.get(), row.district, language).value_or(row.district)},
          {"address", row.address},
          {"capacity", row.capacity},
          {"hazards", row.hazards},
          {"state", row.state},
          {"note", ""},
          {"changed", time_or_null(row.changed)},
          {"changed_by", row.changed_by}};
}

Reply add_picture(const Parts& parts, const Call& call) {
  if (!parts.add_picture) return refuse("not_set_up");
  const std::string_view type = call.request.header("content-type");
  if (type.substr(0, 10) != "image/jpeg" && type.substr(0, 9) != "image/png") return refuse("not_an_image");
  const auto picture = parts.add_picture(call.request.body);
  if (!picture && picture.error().code == ErrorCode::kInvalid) return refuse("not_an_image", told(picture.error()));
  if (!picture) return refuse_with_reason(picture.error());
  return created({{"name", picture->name}, {"url", "/m/" + picture->name}, {"type", picture->type}, {"width", picture->width},
                  {"height", picture->height}, {"bytes", picture->bytes}});
}

Reply read_picture(const Parts& parts, const Call& call) {
  if (!parts.read_picture) return refuse("not_set_up");
  const std::string name = call.parameter("name");
  auto bytes = parts.read_picture(name);
  if (!bytes) return refuse_quietly(bytes.error());
  Reply reply;
  reply.content_type = name.ends_with(".png") ? "image/png" : "image/jpeg";
  reply.body = *std::move(bytes);
  return reply;
}

Reply list_shelters(const Parts& parts, const Call& call) {
  if (!parts.shelters) return refuse("not_set_up");
  const auto rows = parts.shelters();
  if (!rows) return refuse_quietly(rows.error());
  json items = json::array();
  for (const ShelterRow& row : *rows) items.push_back(shelter_json(parts, row, call.language));
  return ok({{"items", std::move(items)}});
}

Reply set_shelter(const Parts& parts, const Call& call) {
  if (!parts.shelters || !parts.set_shelter) return refuse("not_set_up");
  Fields fields(call);
  const std::string state = fields.choice("state", {"closed", "open", "full"});
  if (auto refused = fields.refused()) return *std::move(refused);
  const auto find = [&](const std::vector<ShelterRow>& rows) {
    return std::find_if(rows.begin(), rows.end(), [&](const ShelterRow& row) { return id_of(row.name) == call.parameter("id"); });
  };
  const auto before = parts.shelters();
  if (!before) return refuse_quietly(before.error());
  const auto row = find(*before);
  if (row == before->end()) return refuse("not_found");
  const auto noted = parts.audit.append({0, call.now, call.actor.name, "shelter." + state, "shelter:" + row->name, "", ""});
  if (!noted) return refuse_quietly(noted.error());
  if (const Status set = parts.set_shelter(row->name, state, call.actor); !set) return refuse_with_reason(set.error());
  const auto after = parts.shelters();
  if (!after) return refuse_quietly(after.error());
  const auto now = find(*after);
  return now == after->end() ? refuse("not_found") : ok(shelter_json(parts, *now, call.language));
}

Reply menu(const Parts& parts) {
  if (!parts.is_on) return refuse("not_set_up");
  const auto on = parts.is_on(kMenu);
  return on ? ok({{"on", *on}}) : refuse_quietly(on.error());
}

Reply switch_menu(const Parts& parts, const Call& call) {
  if (!parts.is_on || !parts.set_on) return refuse("not_set_up");
  Fields fields(call);
  const bool on = fields.flag("on");
  if (auto refused = fields.refused()) return *std::move(refused);
  const auto noted = parts.audit.append({0, call.now, call.actor.name, on ? "disaster_menu.on" : "disaster_menu.off", "menu", "", ""});
  if (!noted) return refuse_quietly(noted.error());
  if (const Status set = parts.set_on(kMenu, on, call.actor); !set) return refuse_with_reason(set.error());
  return menu(parts);
}

}  // namespace

void add_place_endpoints(std::vector<Endpoint>& endpoints, const Parts& parts) {
  endpoints.push_back({"POST", "/api/v1/media", [&parts](const Call& call) { return add_picture(parts, call); }, kPictureBytes});
  endpoints.push_back({"GET", "/api/v1/media/{name}", [&parts](const Call& call) { return read_picture(parts, call); }});
  endpoints.push_back({"GET", "/api/v1/shelters", [&parts](const Call& call) { return list_shelters(parts, call); }});
  endpoints.push_back({"PUT", "/api/v1/shelters/{id}", [&parts](const Call& call) { return set_shelter(parts, call); }});
  endpoints.push_back({"GET", "/api/v1/disaster-menu", [&parts](const Call&) { return menu(parts); }});
  endpoints.push_back({"PUT", "/api/v1/disaster-menu", [&parts](const Call& call) { return switch_menu(parts, call); }});
}

}  // namespace kairan::gateway::staff

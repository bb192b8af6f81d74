#include "adapters/cap/message.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "adapters/cap/parts.h"
#include "adapters/xml_time.h"
#include "base/text.h"
#include "broadcasts/alert_kinds.h"

namespace kairan::adapters::cap {
namespace {

using broadcasts::Alert;
using broadcasts::AlertCity;
using broadcasts::AlertInfoType;
using broadcasts::AlertKeying;
using broadcasts::AlertSource;
using broadcasts::AlertStatus;
using broadcasts::Hazard;
using broadcasts::HazardPhase;

constexpr std::string_view kCapNamespace = "urn:oasis:names:tc:emergency:cap:1.";
constexpr std::string_view kEdxlNamespace = "urn:oasis:names:tc:emergency:EDXL:DE:1.";
constexpr std::size_t kMaxMessages = 20;  ///< in one document

bool is_cap(const XmlElement& element) {
  return element.name() == "alert" && element.namespace_uri().substr(0, kCapNamespace.size()) == kCapNamespace;
}
bool is_edxl(const XmlElement& element) {
  return element.name() == "EDXLDistribution" &&
         element.namespace_uri().substr(0, kEdxlNamespace.size()) == kEdxlNamespace;
}

/// Numbers separated by commas and blanks: pairs of a polygon, or centre and radius of a circle.
std::vector<double> numbers(std::string_view text) {
  std::vector<double> out;
  for (std::size_t i = 0; i < text.size() && out.size() < 20000;) {
    if (text[i] == ' ' || text[i] == ',' || text[i] == '\n' || text[i] == '\r' || text[i] == '\t') {
      ++i;
      continue;
    }
    double value = 0;
    const char* const begin = text.data() + i + (text[i] == '+' ? 1 : 0);
    const auto [end, failure] = std::from_chars(begin, text.data() + text.size(), value);
    if (failure != std::errc() || !std::isfinite(value)) return {};
    out.push_back(value);
    i = static_cast<std::size_t>(end - text.data());
  }
  return out;
}

std::vector<std::string> references_of(const std::string& text) {
  std::vector<std::string> ids;
  std::string triple;
  for (const char c : text + ' ') {
    if (c != ' ' && c != '\n' && c != '\t' && c != '\r') {
      triple += c;
      continue;
    }
    const std::size_t last = triple.rfind(',');
    if (last != std::string::npos && last > 0 && ids.size() < 50)
      ids.push_back(shorten_graphemes(triple.substr(0, last), 300));
    triple.clear();
  }
  return ids;
}

/// Why an area is ours: its code, or, less surely, its name or its shape.
struct Ours {
  bool any = false;
  bool sure = false;
  std::vector<std::string> codes;
  std::vector<std::string> districts;
};

void look_at_area(const XmlElement& area, const AlertCity& city, Ours& ours) {
  for (const XmlElement& geocode : area.children("geocode")) {
    const std::string value = geocode.value("value");
    if (!city.is_city_code(value)) continue;
    ours.any = ours.sure = true;
    if (std::find(ours.codes.begin(), ours.codes.end(), value) == ours.codes.end()) ours.codes.push_back(value);
  }
  const std::string description = area.value("areaDesc");
  if (!city.name.empty() && description.find(city.name) != std::string::npos) ours.any = true;
  for (const XmlElement& polygon : area.children("polygon")) {
    const std::string shape = polygon.trimmed();
    ours.any = ours.any || std::any_of(city.places.begin(), city.places.end(), [&](const auto& place) {
                 return polygon_holds(shape, place.first, place.second);
               });
  }
  for (const XmlElement& circle : area.children("circle")) {
    const std::string shape = circle.trimmed();
    ours.any = ours.any || std::any_of(city.places.begin(), city.places.end(), [&](const auto& place) {
                 return circle_holds(shape, place.first, place.second);
               });
  }
  if (ours.any) {
    for (std::string& id : city.districts_in(description)) {
      if (std::find(ours.districts.begin(), ours.districts.end(), id) == ours.districts.end())
        ours.districts.push_back(std::move(id));
    }
  }
}

/// The block in Japanese, else the first.
XmlElement preferred_info(const XmlElement& alert) {
  const auto infos = alert.children("info");
  const auto japanese = std::find_if(
      infos.begin(), infos.end(), [](const XmlElement& info) { return info.value("language").substr(0, 2) == "ja"; });
  return japanese != infos.end() ? *japanese : infos.empty() ? XmlElement() : infos.front();
}

void fill_from_info(const XmlElement& alert_element, const AlertCity& city, Alert& alert) {
  Ours ours;
  for (const XmlElement& info : alert_element.children("info")) {
    for (const XmlElement& area : info.children("area")) look_at_area(area, city, ours);
  }
  const XmlElement info = preferred_info(alert_element);
  if (!info) {
    alert.nothing = "内容（info）がありません";
    return;
  }
  if (const auto expires = parse_xml_time(info.value("expires"))) alert.valid = *expires;
  alert.headline = shorten_graphemes(info.value("headline"), 300);
  if (!ours.any) {
    alert.nothing = "対象地域に" + city.name + "がありません";
    return;
  }
  Hazard hazard;
  hazard.kind = "cap";
  const std::string severity = fold(info.value("severity"));
  const auto* const kind = broadcasts::find_alert_kind("cap");
  hazard.level = std::max(1, kind->level_number(severity));
  hazard.areas = ours.codes.empty() ? std::vector<std::string>{city.city_code} : ours.codes;
  hazard.districts = std::move(ours.districts);
  hazard.uncertain = !ours.sure;
  const auto responses = info.children("responseType");
  if (std::any_of(responses.begin(), responses.end(),
                  [](const XmlElement& response) { return response.trimmed() == "AllClear"; })) {
    hazard.level = 0;
    hazard.phase = HazardPhase::kLifted;
  }
  const auto put = [&](const std::string& key, const std::string& value, std::size_t graphemes) {
    if (!value.empty()) hazard.fields[key] = shorten_graphemes(value, graphemes);
  };
  put("detail", alert.headline.empty() ? info.value("event") : alert.headline, 300);
  put("advice", info.value("instruction"), 500);
  put("sender", info.value("senderName"), 60);
  alert.hazards.push_back(std::move(hazard));
}

/// What is inside one EDXL distribution.
void read_distribution(const XmlElement& distribution, std::string_view name, const AlertCity& city,
                       std::vector<Result<Alert>>& out) {
  const Wrapper wrapper{distribution.value("distributionStatus"), distribution.value("distributionType"),
                        distribution.value("dateTimeSent")};
  bool any = false;
  for (const XmlElement& inner : distribution.all("alert")) {
    if (!is_cap(inner) || out.size() >= kMaxMessages) continue;
    out.push_back(read_cap(inner, name, wrapper, city));
    any = true;
  }
  if (!any && out.size() < kMaxMessages) out.push_back(read_lalert(distribution, name, wrapper, city));
}

}  // namespace

std::string short_name(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return shorten_graphemes(slash == std::string_view::npos ? name : name.substr(slash + 1), 200);
}

std::optional<AlertStatus> status_of(std::string_view written) {
  if (written == "Actual") return AlertStatus::kReal;
  if (written == "Exercise") return AlertStatus::kDrill;
  if (written == "System" || written == "Test" || written == "Draft") return AlertStatus::kTest;
  return {};
}

bool polygon_holds(std::string_view polygon, double latitude, double longitude) {
  const std::vector<double> values = numbers(polygon);
  if (values.size() < 8 || values.size() % 2 != 0) return false;
  bool inside = false;
  const std::size_t count = values.size() / 2;
  for (std::size_t i = 0, j = count - 1; i < count; j = i++) {
    const double lat_i = values[2 * i], lon_i = values[2 * i + 1];
    const double lat_j = values[2 * j], lon_j = values[2 * j + 1];
    if ((lat_i > latitude) != (lat_j > latitude) &&
        longitude < (lon_j - lon_i) * (latitude - lat_i) / (lat_j - lat_i) + lon_i)
      inside = !inside;
  }
  return inside;
}

bool circle_holds(std::string_view circle, double latitude, double longitude) {
  const std::vector<double> values = numbers(circle);
  if (values.size() != 3 || values[2] <= 0) return false;
  constexpr double kKmPerDegree = 111.2;
  constexpr double kRadians = 3.14159265358979 / 180;
  const double north = (latitude - values[0]) * kKmPerDegree;
  const double east = (longitude - values[1]) * kKmPerDegree * std::cos(latitude * kRadians);
  return north * north + east * east <= values[2] * values[2];
}

Result<Alert> read_cap(const XmlElement& element, std::string_view name, const Wrapper& wrapper,
                       const AlertCity& city) {
  const auto invalid = [](std::string_view what) {
    return Error{ErrorCode::kInvalid, "CAPの必須の項目がないか、読めません（" + std::string(what) + "）"};
  };
  Alert alert;
  alert.source = AlertSource::kCap;
  alert.type = "CAP";
  alert.name = short_name(name);
  alert.keying = AlertKeying::kByEvent;
  alert.group = "CAP";
  const std::string identifier = element.value("identifier");
  const std::string sender = element.value("sender");
  const auto sent = parse_xml_time(element.value("sent"));
  const auto status = status_of(element.value("status"));
  const std::string type = element.value("msgType");
  const std::string scope = element.value("scope");
  if (identifier.empty() || identifier.size() > 400) return invalid("identifier");
  if (sender.empty() || sender.size() > 400) return invalid("sender");
  if (!sent) return invalid("sent");
  if (!status) return invalid("status");
  if (scope != "Public" && scope != "Restricted" && scope != "Private") return invalid("scope");
  alert.status = *status;
  if (const auto around = status_of(wrapper.status); !wrapper.status.empty()) {
    if (!around) return invalid("distributionStatus");
    if (*around != AlertStatus::kReal && alert.status == AlertStatus::kReal) alert.status = *around;
  }
  alert.reported = *sent;
  alert.office = shorten_graphemes(sender, 100);
  alert.event_ids = {shorten_graphemes(sender + "," + identifier, 300)};
  alert.references = references_of(element.value("references"));
  const bool cancels = type == "Cancel" || wrapper.type == "Cancel";
  if (!cancels && type != "Alert" && type != "Update" && type != "Ack" && type != "Error") return invalid("msgType");
  if (cancels) alert.info_type = AlertInfoType::kCancel;
  if (type == "Update" && alert.references.empty()) return invalid("references");
  if (type == "Update" && !cancels) alert.serial = "update";
  if (type == "Ack" || type == "Error" || wrapper.type == "Ack" || wrapper.type == "Error") {
    alert.nothing = "受信確認・誤りの通知（" + (type.empty() ? wrapper.type : type) + "）のため記録だけします";
    return alert;
  }
  if (scope != "Public") {
    alert.nothing = "公開の通知ではありません（scope: " + scope + "）";
    return alert;
  }
  if (!cancels) fill_from_info(element, city, alert);
  return alert;
}

bool is_message(const XmlElement& root) {
  if (is_cap(root) || is_edxl(root)) return true;
  return root.name() == "Envelope" && root.namespace_uri().find("soap") != std::string_view::npos;
}

Result<std::vector<Alert>> read_messages(const XmlElement& root, std::string_view name, const AlertCity& city) {
  std::vector<Result<Alert>> read;
  if (is_cap(root)) {
    read.push_back(read_cap(root, name, {}, city));
  } else if (is_edxl(root)) {
    read_distribution(root, name, city, read);
  } else {
    for (const XmlElement& distribution : root.all("EDXLDistribution")) {
      if (is_edxl(distribution)) read_distribution(distribution, name, city, read);
    }
    if (read.empty()) {
      for (const XmlElement& inner : root.all("alert")) {
        if (is_cap(inner) && read.size() < kMaxMessages) read.push_back(read_cap(inner, name, {}, city));
      }
    }
  }
  std::vector<Alert> alerts;
  std::string failure = "CAP・Lアラートの文書が入っていません";
  for (auto& one : read) {
    if (one) {
      alerts.push_back(std::move(*one));
    } else {
      failure = one.error().detail;
    }
  }
  if (alerts.size() < read.size() || alerts.empty()) return Error{ErrorCode::kInvalid, failure};
  return alerts;
}

}  // namespace kairan::adapters::cap

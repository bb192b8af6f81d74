#include "adapters/jma/telegram.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "adapters/jma/families.h"
#include "adapters/xml_time.h"
#include "base/text.h"

namespace kairan::adapters::jma {
namespace {

using broadcasts::AlertInfoType;
using broadcasts::AlertSource;
using broadcasts::AlertStatus;

constexpr std::string_view kReportNamespace = "http://xml.kishou.go.jp/jmaxml1/";
constexpr std::size_t kMaxFieldCharacters = 200;
constexpr std::size_t kMaxHeadlineCharacters = 1000;

using Reader = void (*)(const XmlElement&, const AlertCity&, Alert&);

/// `type` by its beginning. A null reader: information that concerns no action here.
struct Family {
  std::string_view type;
  Reader reader;
  std::string_view why_not;  ///< with a null reader
};

const std::array<Family, 32>& families() {
  static constexpr std::string_view info = "情報の電文のため記録だけします";
  static const std::array<Family, 32> table{{
      {"VPWW5", read_weather, ""},
      {"VPWW6", read_weather, ""},
      {"VPNO5", read_special_notice, ""},
      {"VXWW5", read_landslide, ""},
      {"VPOA5", read_record_rain, ""},
      {"VPHW5", read_tornado, ""},
      {"VXKO", read_river, ""},
      {"VPRN5", read_risk, ""},
      {"VPBS5", read_bulletin, ""},
      {"VPFT5", read_heat, ""},
      {"VXSE51", read_intensity, ""},
      {"VXSE53", read_intensity, ""},
      {"VXSE62", read_long_period, ""},
      {"VXSE43", read_early_warning, ""},
      {"VTSE41", read_tsunami, ""},
      {"VTSE51", read_tsunami, ""},
      {"VFVO", read_volcano, ""},
      {"VZVO", read_volcano, ""},
      {"VFSV", read_volcano, ""},
      {"VXSE52", nullptr, "震源だけの電文で、鹿島市の震度を含みません"},
      {"VXSE61", nullptr, info},
      {"VTSE52", nullptr, "沖合の観測の電文で、鹿島市の予報区の発表を含みません"},
      {"VPTI", nullptr, "台風の情報のため記録だけします"},
      {"VPTA", nullptr, "台風の情報のため記録だけします"},
      {"VPTW", nullptr, "台風の情報のため記録だけします"},
      {"VPZJ", nullptr, info},
      {"VPCJ", nullptr, info},
      {"VPFJ", nullptr, info},
      {"VZSE", nullptr, info},
      {"VYSE", nullptr, info},
      {"VXSE44", nullptr, "緊急地震速報（予報）は使いません"},
      {"VXSE45", nullptr, "緊急地震速報（予報）は使いません"},
  }};
  return table;
}

const Family* family_of(std::string_view type) {
  const auto found = std::find_if(families().begin(), families().end(), [&](const Family& family) {
    return type.substr(0, family.type.size()) == family.type;
  });
  return found == families().end() ? nullptr : &*found;
}

/// For a telegram whose name does not tell: by InfoKind and what the body holds.
std::string type_from_body(const XmlElement& report) {
  const std::string kind = report.value("Head/InfoKind");
  const XmlElement body = report.child("Body");
  const auto any_type_contains = [&](std::string_view words) {
    const auto warnings = body.children("Warning");
    return std::any_of(warnings.begin(), warnings.end(), [&](const XmlElement& warning) {
      return warning.attribute("type").find(words) != std::string::npos;
    });
  };
  if (kind == "土砂災害警戒情報") return "VXWW50";
  if (kind == "記録的短時間大雨情報") return "VPOA50";
  if (kind == "竜巻注意情報") return "VPHW50";
  if (kind == "指定河川洪水予報") return "VXKO";
  if (kind == "気象危険度通知") return "VPRN50";
  if (kind == "震度速報") return "VXSE51";
  if (kind == "震源速報") return "VXSE52";
  if (kind == "地震情報") return "VXSE53";
  if (kind == "長周期地震動に関する観測情報") return "VXSE62";
  if (kind == "緊急地震速報") return "VXSE43";
  if (kind == "津波警報・注意報・予報") return "VTSE41";
  if (kind == "津波情報") return "VTSE51";
  if (any_type_contains("気象警報・注意報")) return "VPWW5x";
  if (kind == "気象特別警報報知") return "VPNO50";
  if (kind == "気象警報・注意報") return "VPWW5x";
  if (kind == "気象解説情報") return "VPBS50";
  if (kind.find("火山") != std::string::npos || kind.find("噴火") != std::string::npos) return "VFVO";
  return {};
}

bool same_family(std::string_view a, std::string_view b) {
  const Family* const left = family_of(a);
  const Family* const right = family_of(b);
  return left != nullptr && right != nullptr && left->reader == right->reader && left->reader != nullptr;
}

std::vector<std::string> split_ids(const std::string& text) {
  std::vector<std::string> ids;
  std::string id;
  for (const char c : text + ' ') {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (!id.empty() && ids.size() < 8) ids.push_back(shorten_graphemes(id, kMaxFieldCharacters));
      id.clear();
    } else {
      id += c;
    }
  }
  return ids;
}

std::optional<AlertStatus> status_of(std::string_view written) {
  if (written == "通常") return AlertStatus::kReal;
  if (written == "訓練") return AlertStatus::kDrill;
  if (written == "試験") return AlertStatus::kTest;
  return {};
}

std::optional<AlertInfoType> info_type_of(std::string_view written) {
  // 遅延 comes with information that was late: it is an issue like any other.
  if (written == "発表" || written == "遅延") return AlertInfoType::kIssue;
  if (written == "訂正") return AlertInfoType::kCorrect;
  if (written == "取消") return AlertInfoType::kCancel;
  return {};
}

/// The family's accident: drill text in a telegram that calls itself real.
bool says_drill(const XmlElement& report) {
  const std::string text = report.value("Head/Title") + report.value("Head/Headline/Text") + report.value("Body/Text") +
                           report.value("Body/Notice");
  static constexpr std::array<std::string_view, 6> kWords{"訓練です", "【訓練】",       "訓練電文",
                                                          "訓練報",   "テストサンプル", "試験です"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

}  // namespace

bool is_telegram(const XmlElement& root) {
  return root.name() == "Report" && root.namespace_uri() == kReportNamespace;
}

std::string type_in_name(std::string_view name) {
  // Four capitals and two digits (or the literal "ii" of JMA's sample names), not part of a longer word.
  for (std::size_t i = 0; i + 6 <= name.size(); ++i) {
    if (i > 0 && std::isalnum(static_cast<unsigned char>(name[i - 1])) != 0) continue;
    if (i + 6 < name.size() && std::isalnum(static_cast<unsigned char>(name[i + 6])) != 0) continue;
    const std::string_view candidate = name.substr(i, 6);
    const bool letters = candidate[0] == 'V' && std::all_of(candidate.begin(), candidate.begin() + 4,
                                                            [](char c) { return c >= 'A' && c <= 'Z'; });
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (letters && ((digit(candidate[4]) && digit(candidate[5])) || candidate.substr(4) == "ii"))
      return std::string(candidate);
  }
  return {};
}

bool names_code(const XmlElement& item, std::string_view code) {
  const auto matches = [&](const XmlElement& area) { return area.value("Code") == code; };
  const auto direct = item.children("Area");
  if (std::any_of(direct.begin(), direct.end(), matches)) return true;
  const auto grouped = item.child("Areas").children("Area");
  return std::any_of(grouped.begin(), grouped.end(), matches);
}

Result<Alert> read_telegram(const XmlElement& root, std::string_view name, const AlertCity& city) {
  const auto invalid = [](std::string why) { return Error{ErrorCode::kInvalid, std::move(why)}; };
  if (!is_telegram(root)) return invalid("気象庁の電文ではありません");
  Alert alert;
  alert.source = AlertSource::kJma;
  const std::size_t slash = name.rfind('/');
  alert.name = shorten_graphemes(slash == std::string_view::npos ? name : name.substr(slash + 1), kMaxFieldCharacters);

  const auto status = status_of(root.value("Control/Status"));
  if (!status) return invalid("運用種別（Control/Status）が通常・訓練・試験のどれでもありません");
  const auto info_type = info_type_of(root.value("Head/InfoType"));
  if (!info_type) return invalid("情報形態（Head/InfoType）が発表・訂正・取消のどれでもありません");
  const auto reported = parse_xml_time(root.value("Head/ReportDateTime"));
  if (!reported) return invalid("発表時刻（Head/ReportDateTime）を読めません");
  alert.status = *status;
  alert.info_type = *info_type;
  alert.reported = *reported;
  alert.target = parse_xml_time(root.value("Head/TargetDateTime"));
  alert.valid = parse_xml_time(root.value("Head/ValidDateTime"));
  alert.event_ids = split_ids(root.value("Head/EventID"));
  alert.serial = shorten_graphemes(root.value("Head/Serial"), 20);
  alert.office = shorten_graphemes(root.value("Control/EditorialOffice"), kMaxFieldCharacters);
  alert.headline = shorten_graphemes(root.value("Head/Headline/Text"), kMaxHeadlineCharacters);
  alert.drill_words = *status == AlertStatus::kReal && says_drill(root);

  const std::string named = type_in_name(alert.name);
  const std::string shaped = type_from_body(root);
  alert.type = !named.empty() ? named : !shaped.empty() ? shaped : "種別不明";
  // A name that contradicts the body is not believed in either direction: the body is read as what it is, by a person.
  const bool contradictory = !named.empty() && !shaped.empty() && family_of(named) != nullptr &&
                             family_of(named)->reader != nullptr && !same_family(named, shaped) &&
                             alert.info_type != AlertInfoType::kCancel;
  const Family* const family = contradictory ? family_of(shaped) : family_of(alert.type);
  if (family == nullptr) {
    read_unknown(root, city, alert);
  } else if (family->reader == nullptr) {
    alert.nothing = family->why_not;
  } else {
    family->reader(root, city, alert);
  }
  if (contradictory) {
    for (auto& hazard : alert.hazards) hazard.uncertain = true;
  }
  if (alert.hazards.empty() && alert.nothing.empty()) alert.nothing = "対象地域に" + city.name + "がありません";
  return alert;
}

}  // namespace kairan::adapters::jma

#include "broadcasts/alert_rule_files.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/crypto.h"
#include "base/staff_text.h"
#include "base/yaml_tree.h"

namespace kairan::broadcasts {
namespace {

constexpr std::size_t kMaxRulesBytes = 512 * 1024;
constexpr std::size_t kMaxPackedBytes = std::size_t{4} << 20;
constexpr std::string_view kTemplateFolder = "templates/alerts/";
constexpr std::string_view kTemplateEnd = ".yaml";

/// "water" of "templates/alerts/water.yaml"; "" for other names.
std::string template_name(const std::string& file) {
  if (file.size() <= kTemplateFolder.size() + kTemplateEnd.size() || !file.starts_with(kTemplateFolder) ||
      !file.ends_with(kTemplateEnd))
    return {};
  return file.substr(kTemplateFolder.size(), file.size() - kTemplateFolder.size() - kTemplateEnd.size());
}

}  // namespace

AlertRuleFiles read_alert_rule_files(const std::string& folder, std::vector<FileProblem>& problems) {
  AlertRuleFiles files = read_alert_templates(folder, problems);
  const std::string name(kAlertRulesFile);
  const std::string path = folder + "/" + name;
  if (!std::filesystem::exists(path)) return files;
  const Result<std::string> text = read_text_file(path, kMaxRulesBytes);
  if (text) {
    files[name] = *text;
  } else {
    problems.push_back({name, 0, "", "読めません（" + text.error().detail + "）。", false});
  }
  return files;
}

std::string pack_rule_files(const AlertRuleFiles& files) {
  return dump_json(nlohmann::json(files));
}

Result<AlertRuleFiles> unpack_rule_files(std::string_view packed) {
  JsonLimits limits;
  limits.max_bytes = kMaxPackedBytes;
  const auto json = parse_json(packed, limits);
  if (!json || !json->is_object()) return Error{ErrorCode::kCorrupt, "the published rules are not readable"};
  AlertRuleFiles files;
  for (const auto& [name, text] : json->items()) {
    if (!text.is_string()) return Error{ErrorCode::kCorrupt, "the published rules are not readable"};
    files[name] = text.get<std::string>();
  }
  return files;
}

void add_city(const AlertCity& city, AlertRuleFiles& files) {
  files[std::string(kAlertCityFile)] = city_text(city);
  files[std::string(kAlertPlacesFile)] = places_text(city);
}

Result<AlertCity> city_of(const AlertRuleFiles& files) {
  const auto city = files.find(std::string(kAlertCityFile));
  const auto places = files.find(std::string(kAlertPlacesFile));
  if (city == files.end() || places == files.end())
    return staff_error(ErrorCode::kInvalid, {"市の地域コードと地区が一緒に公開されていません",
                                             "the city's area codes and districts were not published with them"});
  std::vector<FileProblem> problems;
  return read_city_texts(city->second, places->second, problems);
}

std::string hash_of_rules(std::string_view packed) {
  return to_hex(bytes_of(sha256(packed)));
}

Result<AlertContent> make_alert_content(AlertCity city, const AlertRuleFiles& files,
                                        std::vector<FileProblem>& problems) {
  const auto errors = [&] {
    return std::any_of(problems.begin(), problems.end(), [](const FileProblem& problem) { return !problem.warning; });
  };
  AlertContent content;
  content.city = std::move(city);
  for (const auto& [file, text] : files) {
    if (const std::string name = template_name(file); !name.empty())
      content.templates.add(parse_alert_template(text, file, name, problems));
  }
  const auto table = files.find(std::string(kAlertRulesFile));
  if (table != files.end()) {
    content.rules = parse_alert_rules(table->second, content.city, problems);
  } else {
    content.rules = hold_everything_rules();
    problems.push_back({std::string(kAlertRulesFile), 0, "",
                        "ファイルがないので、すべての警報は人の確認を待ちます。", true});
  }
  if (!errors()) content.proven = prove_alert_content(content, problems);
  if (errors())
    return staff_error(ErrorCode::kInvalid,
                       {"alerts.yaml かひな形に誤りがあります", "alerts.yaml or a template has a mistake"});
  return content;
}

}  // namespace kairan::broadcasts

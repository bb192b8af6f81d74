// city.yaml. yaml-cpp throws and its nodes alias, so the file is turned into values here and the nodes are dropped.
#include <yaml-cpp/yaml.h>

#include <set>
#include <sstream>

#include "intents/content_loader.h"

#include "base/file_bytes.h"

namespace kairan::intents {
namespace {

constexpr const char* kFile = "city.yaml";
constexpr std::size_t kMaxBytes = 1u << 20;

class CityReader {
 public:
  CityReader(City& city, std::vector<FileProblem>& problems) : city_(city), problems_(problems) {}

  void read(const YAML::Node& root) {
    city_.name = text(root["name"], "name");
    if (city_.name.empty()) problem(0, "name", "市の名前（name）がありません。「name: 鹿島市」のように書いてください。");
    city_.reading = text(root["reading"], "reading");
    city_.prefecture = text(root["prefecture"], "prefecture");
    city_.own_names = texts(root["own_names"], "own_names");
    city_.phone = text(root["phone"], "phone");
    city_.sample = text(root["sample"], "sample") == "true";
    if (const YAML::Node garbage = map(root["garbage"], "garbage")) {
      city_.garbage_section = text(garbage["section"], "garbage.section");
      city_.garbage_phone = text(garbage["phone"], "garbage.phone");
      city_.garbage_url = text(garbage["url"], "garbage.url");
    }
    for (const YAML::Node& node : list(root["districts"], "districts")) read_district(node);
    for (const YAML::Node& node : list(root["other_towns"], "other_towns")) read_town(node);
    city_.greeting = localized(root["greeting"], "greeting");
    if (const YAML::Node phrases = map(root["phrases"], "phrases")) {
      for (const auto& entry : phrases) {
        const std::string name = entry.first.Scalar();
        city_.phrases[name] = localized(entry.second, "phrases." + name);
      }
    }
  }

 private:
  void problem(int row, std::string column, std::string message) {
    problems_.push_back({kFile, row, std::move(column), std::move(message), false});
  }
  static int line(const YAML::Node& node) { return node.Mark().line + 1; }

  std::string text(const YAML::Node& node, const std::string& key) {
    if (!node.IsDefined() || node.IsNull()) return {};
    if (node.IsScalar()) return node.Scalar();
    problem(line(node), key, "「" + key + "」には文字を書いてください。");
    return {};
  }
  YAML::Node map(const YAML::Node& node, const std::string& key) {
    if (node.IsDefined() && !node.IsNull() && !node.IsMap()) {
      problem(line(node), key, "「" + key + "」は「名前: 値」を並べて書いてください。");
      return YAML::Node(YAML::NodeType::Undefined);
    }
    return node;
  }
  std::vector<YAML::Node> list(const YAML::Node& node, const std::string& key) {
    std::vector<YAML::Node> nodes;
    if (!node.IsDefined() || node.IsNull()) return nodes;
    if (!node.IsSequence()) {
      problem(line(node), key, "「" + key + "」は「- 」で始まる行を並べて書いてください。");
      return nodes;
    }
    for (const YAML::Node& entry : node) {
      if (entry.IsMap()) nodes.push_back(entry);
      else problem(line(entry), key, "「" + key + "」の各行は「{name: …}」の形で書いてください。");
    }
    return nodes;
  }
  std::vector<std::string> texts(const YAML::Node& node, const std::string& key) {
    std::vector<std::string> values;
    if (!node.IsDefined() || node.IsNull()) return values;
    if (node.IsScalar()) return {node.Scalar()};
    for (const YAML::Node& entry : node) values.push_back(text(entry, key));
    return values;
  }
  Localized localized(const YAML::Node& node, const std::string& key) {
    Localized value;
    if (!node.IsDefined() || node.IsNull()) return value;
    if (node.IsScalar()) {
      value["ja"] = node.Scalar();
      return value;
    }
    if (!node.IsMap()) {
      problem(line(node), key, "「" + key + "」は文か、「{ja: …, en: …}」で書いてください。");
      return value;
    }
    for (const auto& entry : node) value[entry.first.Scalar()] = text(entry.second, key);
    if (value.count("ja") == 0) problem(line(node), key, "「" + key + "」に日本語（ja）がありません。");
    return value;
  }

  void read_district(const YAML::Node& node) {
    District district{text(node["id"], "districts.id"), text(node["name"], "districts.name"),
                      text(node["reading"], "districts.reading"), texts(node["aliases"], "districts.aliases")};
    const bool stable = district.id.find_first_not_of(
                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == std::string::npos;
    if (district.id.empty() || !stable) {
      problem(line(node), "districts.id", "地区の id「" + district.id + "」は英数字と - _ で書いてください。");
    } else if (!ids_.insert(district.id).second) {
      problem(line(node), "districts.id", "地区の id「" + district.id + "」が2回あります。別の id にしてください。");
    }
    if (district.name.empty()) problem(line(node), "districts.name", "地区の名前（name）を書いてください。");
    city_.districts.push_back(std::move(district));
  }
  void read_town(const YAML::Node& node) {
    Town town;
    town.name = text(node["name"], "other_towns.name");
    town.reading = text(node["reading"], "other_towns.reading");
    town.prefecture = text(node["prefecture"], "other_towns.prefecture");
    town.aliases = texts(node["aliases"], "other_towns.aliases");
    town.phone = text(node["phone"], "other_towns.phone");
    town.url = text(node["url"], "other_towns.url");
    if (town.name.empty()) problem(line(node), "other_towns.name", "町の名前（name）を書いてください。");
    city_.other_towns.push_back(std::move(town));
  }

  City& city_;
  std::vector<FileProblem>& problems_;
  std::set<std::string> ids_;
};

}  // namespace

bool load_city(const std::string& folder, City& city, std::vector<FileProblem>& problems) {
  const auto bytes = read_at_most(folder + "/" + kFile, kMaxBytes + 1);
  if (!bytes) {
    problems.push_back({kFile, 0, "", "city.yaml がありません。少なくとも「name: 市の名前」を書いてください。", false});
    return false;
  }
  if (bytes->size() > kMaxBytes) {
    problems.push_back({kFile, 0, "", "city.yaml が大きすぎます（1 MBまで）。", false});
    return false;
  }
  try {
    const YAML::Node root = YAML::Load(*bytes);
    if (!root.IsMap()) {
      problems.push_back({kFile, 1, "", "「name: 市の名前」のように「名前: 値」を並べて書いてください。", false});
      return false;
    }
    CityReader(city, problems).read(root);
  } catch (const YAML::Exception& broken) {
    problems.push_back({kFile, broken.mark.line + 1, "",
                        "YAMLとして読めません。この行の字下げ、「:」のあとの空白、引用符を確かめてください。", false});
    return false;
  }
  return true;
}

}  // namespace kairan::intents

#include "intents/menu_file.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/text.h"
#include "base/yaml_tree.h"

namespace kairan::intents {
namespace {

constexpr std::size_t kMaxFile = 256 * 1024;
constexpr std::size_t kMaxMenus = 20;
// Of LINE (line-platform 3.2, 3.3, 5): pictures, areas, labels, the bar, texts that are said, and data.
constexpr int kMinWidth = 800, kMaxWidth = 2500, kMinHeight = 250;
constexpr double kMinRatio = 1.45;
constexpr std::uintmax_t kMaxPicture = 1'000'000;
constexpr std::size_t kMaxAreas = 20, kMaxAreaLabel = 20, kMaxBar = 14, kMaxSaid = 300, kMaxAlias = 32;
constexpr int kMaxGrid = 12;
const std::vector<std::string_view> kLanguages{"ja", "ja-easy", "en"};

class MenuReader {
 public:
  MenuReader(const std::string& file, std::string_view name, std::vector<FileProblem>& problems)
      : checker_(file, problems), name_(name) {}

  Menu read(const YamlNode& root) {
    checker_.only_keys(root, "", {"name", "bar", "everyone", "open", "look", "size", "grid", "languages", "areas"});
    Menu menu;
    menu.name = std::string(name_);
    menu.title = checker_.text(root, "", "name");
    if (menu.title.empty()) checker_.problem(root.line, "name", "メニューの名前（name）を書いてください。");
    menu.bar = checker_.label(root, "", "bar", kMaxBar);
    if (menu.bar.empty()) checker_.problem(root.line, "bar", "メニューの帯の文字（bar）を14文字までで書いてください。");
    menu.for_everyone = checker_.flag(root, "", "everyone");
    menu.open = root.find("open") == nullptr || checker_.flag(root, "", "open");
    menu.look = checker_.text(root, "", "look");
    if (menu.look.empty()) menu.look = "calm";
    if (menu.look != "calm" && menu.look != "alert") {
      checker_.problem(root.line, "look", "look は calm（ふだん）か alert（災害）で書いてください。");
    }
    read_languages(root, menu);
    read_size(root, menu);
    const YamlNode* const areas = root.find("areas");
    if (areas == nullptr || areas->kind != YamlNode::Kind::kList || areas->list.empty()) {
      checker_.problem(root.line, "areas", "ボタン（areas）を「- {at: [0, 0], label: …}」のように並べて書いてください。");
      return menu;
    }
    if (areas->list.size() > kMaxAreas) checker_.problem(areas->line, "areas", "ボタンは20個までです。");
    for (const YamlNode& node : areas->list) read_area(node, menu);
    return menu;
  }

 private:
  void read_languages(const YamlNode& root, Menu& menu) const {
    menu.languages = checker_.texts(root, "", "languages");
    if (menu.languages.empty()) menu.languages = {"ja"};
    for (const std::string& language : menu.languages) {
      if (std::find(kLanguages.begin(), kLanguages.end(), language) == kLanguages.end()) {
        checker_.problem(root.line, "languages", "言語「" + language + "」は使えません。ja、ja-easy、en から書いてください。");
      }
    }
    if (menu.languages.front() != "ja") checker_.problem(root.line, "languages", "言語は ja を先頭に書いてください。");
  }

  void read_size(const YamlNode& root, Menu& menu) const {
    static const YamlNode kNone;
    const YamlNode* const size = root.find("size");
    const YamlNode* const grid = root.find("grid");
    menu.width = checker_.number(size == nullptr ? kNone : *size, "size", "width", kMinWidth, kMaxWidth, 2500);
    menu.height = checker_.number(size == nullptr ? kNone : *size, "size", "height", kMinHeight, kMaxWidth, 1686);
    menu.columns = checker_.number(grid == nullptr ? kNone : *grid, "grid", "columns", 1, kMaxGrid, 3);
    menu.rows = checker_.number(grid == nullptr ? kNone : *grid, "grid", "rows", 1, kMaxGrid, 2);
    if (menu.width < kMinRatio * menu.height) {
      checker_.problem(root.line, "size", "幅は高さの1.45倍以上にしてください（例 2500×1686、2500×843）。");
    }
  }

  void read_area(const YamlNode& node, Menu& menu) {
    const std::string path = "areas";
    if (node.kind != YamlNode::Kind::kMap) {
      return checker_.problem(node.line, path, "ボタンは「{at: [列, 行], label: …, say: …}」の形で書いてください。");
    }
    checker_.only_keys(node, path, {"at", "label", "hint", "icon", "say", "postback", "display", "uri", "menu"});
    MenuArea area;
    read_place(node, menu, area);
    area.label = checker_.label(node, path, "label", kMaxAreaLabel);
    if (area.label.empty()) checker_.problem(node.line, path, "ボタンの文字（label）を20文字までで書いてください。");
    area.hint = checker_.label(node, path, "hint", 40);
    area.icon = checker_.text(node, path, "icon");
    area.display = checker_.label(node, path, "display", kMaxSaid);
    int doings = 0;
    const auto does = [&](const char* key, MenuArea::Does what, bool by_language) {
      if (node.find(key) == nullptr) return;
      ++doings;
      area.does = what;
      area.value = by_language ? checker_.label(node, path, key, kMaxSaid) : Localized{{"ja", checker_.text(node, path, key)}};
    };
    does("say", MenuArea::Does::kSay, true);
    does("postback", MenuArea::Does::kPostback, false);
    does("uri", MenuArea::Does::kOpenUri, false);
    does("menu", MenuArea::Does::kShowMenu, false);
    if (doings != 1 || pick(area.value, "ja").empty()) {
      checker_.problem(node.line, path, "ボタンの働きを say、postback、uri、menu のうち一つで書いてください。");
    }
    const std::string& value = pick(area.value, "ja");
    if (area.does == MenuArea::Does::kOpenUri && value.rfind("https://", 0) != 0 && value.rfind("tel:", 0) != 0) {
      checker_.problem(node.line, path, "uri は「https://」か「tel:」で始めてください。");
    }
    if (area.does == MenuArea::Does::kPostback && length_utf16(value) > kMaxSaid) {
      checker_.problem(node.line, path, "postback は300文字までです。");
    }
    menu.areas.push_back(std::move(area));
  }

  /// at: [column, row] or [column, row, columns, rows], from 0.
  void read_place(const YamlNode& node, const Menu& menu, MenuArea& area) {
    const YamlNode* const at = node.find("at");
    std::vector<int> numbers;
    if (at != nullptr && at->kind == YamlNode::Kind::kList) {
      for (const YamlNode& part : at->list) {
        int value = -1;
        const char* const end = part.scalar.data() + part.scalar.size();
        const auto read = std::from_chars(part.scalar.data(), end, value);
        numbers.push_back(read.ec == std::errc() && read.ptr == end ? value : -1);
      }
    }
    if (numbers.size() != 2 && numbers.size() != 4) {
      return checker_.problem(node.line, "areas.at", "場所は「at: [列, 行]」か「at: [列, 行, 列の数, 行の数]」で、0から数えて書いてください。");
    }
    area.column = numbers[0];
    area.row = numbers[1];
    if (numbers.size() == 4) area.columns = numbers[2], area.rows = numbers[3];
    if (area.column < 0 || area.row < 0 || area.columns < 1 || area.rows < 1 || area.column + area.columns > menu.columns ||
        area.row + area.rows > menu.rows) {
      return checker_.problem(node.line, "areas.at", "ボタンがメニューの升目（" + std::to_string(menu.columns) + "列×" +
                                                         std::to_string(menu.rows) + "行）からはみ出しています。");
    }
    for (int row = area.row; row < area.row + area.rows; ++row) {
      for (int column = area.column; column < area.column + area.columns; ++column) {
        if (!taken_.insert({column, row}).second) {
          return checker_.problem(node.line, "areas.at", "ほかのボタンと重なっています。");
        }
      }
    }
    area.x = menu.width * area.column / menu.columns;
    area.y = menu.height * area.row / menu.rows;
    area.width = menu.width * (area.column + area.columns) / menu.columns - area.x;
    area.height = menu.height * (area.row + area.rows) / menu.rows - area.y;
  }

  YamlChecker checker_;
  std::string_view name_;
  std::set<std::pair<int, int>> taken_;
};

/// Width and height of a PNG, from its header.
std::pair<int, int> png_size(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string head(24, '\0');
  if (!in.read(head.data(), static_cast<std::streamsize>(head.size())) || head.compare(0, 8, "\x89PNG\r\n\x1a\n") != 0) return {0, 0};
  const auto number = [&](std::size_t at) {
    int value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(head[at + i]);
    return value;
  };
  return {number(16), number(20)};
}

void check_pictures(const std::string& folder, const Menu& menu, std::vector<FileProblem>& problems) {
  for (const std::string& language : menu.languages) {
    const std::string path = menu_picture(folder, menu, language);
    const std::string name = path.substr(folder.size() + 1);
    std::error_code failed;
    const std::uintmax_t bytes = std::filesystem::file_size(path, failed);
    if (failed) {
      problems.push_back({name, 0, "", "メニューの絵がありません。「scripts/draw-menus」で描いてください。", false});
    } else if (bytes > kMaxPicture) {
      problems.push_back({name, 0, "", "メニューの絵が1 MBを超えています。色を減らすか、小さくしてください。", false});
    } else if (png_size(path) != std::pair<int, int>{menu.width, menu.height}) {
      problems.push_back({name, 0, "", "メニューの絵は" + std::to_string(menu.width) + "×" + std::to_string(menu.height) +
                                           "のPNGにしてください。「scripts/draw-menus」で描けます。", false});
    }
  }
}

}  // namespace

std::string menu_alias(const Menu& menu, std::string_view language) {
  return language == "ja" ? menu.name : menu.name + "-" + std::string(language);
}

std::string menu_picture(const std::string& folder, const Menu& menu, std::string_view language) {
  return folder + "/menus/" + menu.name + "." + std::string(language) + ".png";
}

Menu parse_menu(std::string_view text, const std::string& file, std::string_view name, std::vector<FileProblem>& problems) {
  const Result<YamlNode> root = parse_yaml(text);
  if (!root || root->kind != YamlNode::Kind::kMap) {
    problems.push_back({file, 0, "", "YAMLとして読めません（" + (root ? std::string("名前: 値 の並びではありません") : root.error().detail) +
                                         "）。字下げと「:」のあとの空白を確かめてください。", false});
    return Menu{};
  }
  return MenuReader(file, name, problems).read(*root);
}

std::vector<Menu> load_menus(const std::string& folder, std::vector<FileProblem>& problems) {
  std::vector<std::string> names;
  std::error_code failed;
  for (std::filesystem::directory_iterator entry(folder + "/menus", failed), last; !failed && entry != last;
       entry.increment(failed)) {
    if (entry->path().extension() == ".yaml") names.push_back(entry->path().stem().string());
  }
  std::sort(names.begin(), names.end());
  if (names.size() > kMaxMenus) problems.push_back({"menus", 0, "", "メニューは20個までです。", false});
  std::vector<Menu> menus;
  for (const std::string& name : names) {
    const std::string file = "menus/" + name + ".yaml";
    const bool good_name = name.size() + 8 <= kMaxAlias && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
    if (!good_name) {
      problems.push_back({file, 0, "", "ファイルの名前は、半角の英小文字と数字と - _ で24文字までにしてください。", false});
      continue;
    }
    const Result<std::string> text = read_text_file(folder + "/" + file, kMaxFile);
    if (!text) {
      problems.push_back({file, 0, "", "読めません。UTF-8 の256KBまでのファイルにしてください。", false});
      continue;
    }
    menus.push_back(parse_menu(*text, file, name, problems));
    if (!menus.back().name.empty()) check_pictures(folder, menus.back(), problems);
    else menus.pop_back();
  }
  std::size_t everyone = 0;
  for (const Menu& menu : menus) {
    everyone += menu.for_everyone ? 1 : 0;
    for (const MenuArea& area : menu.areas) {
      const bool there = std::any_of(menus.begin(), menus.end(), [&](const Menu& m) { return m.name == pick(area.value, "ja"); });
      if (area.does == MenuArea::Does::kShowMenu && !there) {
        problems.push_back({"menus/" + menu.name + ".yaml", 0, "areas", "メニュー「" + pick(area.value, "ja") + "」がありません。", false});
      }
    }
  }
  if (everyone > 1) problems.push_back({"menus", 0, "", "everyone: true のメニューは一つだけにしてください。", false});
  return menus;
}

}  // namespace kairan::intents

#include "intents/content_loader.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <tuple>

#include "base/text.h"
#include "intents/collection_days.h"
#include "intents/sheet.h"

namespace kairan::intents {
namespace {

constexpr std::string_view kEveryArea = "全地区";
constexpr std::string_view kClosed = "休み";

bool is_stable_name(const std::string& id) {
  return !id.empty() && id.size() <= 80 &&
         id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == std::string::npos;
}

bool is_web_address(const std::string& url) {
  return url.rfind("https://", 0) == 0 || url.rfind("http://", 0) == 0;
}

class Loader {
 public:
  Loader(const std::string& folder, Content& content, LoadReport& report)
      : folder_(folder), content_(content), report_(report) {}

  void run() {
    for (const District& district : content_.city.districts) districts_.insert(district.id);
    read_categories();
    read_items();
    read_materials();
    read_calendar();
    read_faqs();
    read_synonyms();
    read_words();
    read_shelters();
    report_.garbage_items = content_.items.size();
    report_.faqs = content_.faqs.size();
  }

 private:
  Sheet open(const std::string& name) { return Sheet(folder_, name, report_.problems); }

  void read_categories() {
    Sheet sheet = open("garbage_categories");
    if (!sheet.present() || !sheet.require({"分別区分"})) return;
    sheet.expect_only({"分別区分", "よみ", "別名", "説明", "見本", "備考"});
    content_.categories_declared = true;
    sheet.each([&] {
      GarbageCategory category;
      category.name = sheet.required("分別区分");
      category.reading = sheet.text("よみ");
      category.aliases = sheet.values("別名");
      category.description = sheet.text("説明");
      category.sample = sheet.yes("見本");
      category.row = sheet.row();
      if (!categories_.insert(category.name).second) {
        sheet.problem("分別区分", "「" + category.name + "」が2回あります。1行にまとめてください。");
      }
      content_.categories.push_back(std::move(category));
    });
  }

  void check_category(Sheet& sheet, const std::string& name) {
    if (name.empty() || categories_.count(name) > 0) return;
    if (content_.categories_declared) {
      sheet.problem("分別区分", "「" + name + "」は garbage_categories.csv にありません。" + nearest_category(name));
      return;
    }
    categories_.insert(name);
    content_.categories.push_back({name, "", {}, "", false, 0});
  }

  std::string nearest_category(const std::string& name) const {
    const std::string key = fold_key(name);
    for (const std::string& known : categories_) {
      const std::string known_key = fold_key(known);
      if (known_key == key || known_key.find(key) != std::string::npos || key.find(known_key) != std::string::npos) {
        return "「" + known + "」の書き間違いではありませんか。";
      }
    }
    std::string all;
    for (const std::string& known : categories_) all += (all.empty() ? "" : "、") + known;
    return "次のどれかを書いてください: " + shorten_utf16(all, 200);
  }

  void read_items() {
    Sheet sheet = open("garbage");
    if (!sheet.present() || !sheet.require({"品目", "分別区分"})) return;
    sheet.expect_only({"品目", "よみ", "別名", "分別区分", "出し方", "注意", "料金", "収集しない", "見本", "備考", "出典URL"});
    std::map<std::pair<std::string, std::string>, int> seen;
    sheet.each([&] {
      GarbageItem item;
      item.name = sheet.required("品目");
      item.reading = sheet.text("よみ");
      item.aliases = sheet.values("別名");
      item.category = sheet.required("分別区分");
      item.how = sheet.text("出し方");
      item.note = sheet.text("注意");
      item.fee = sheet.text("料金");
      item.not_collected = sheet.yes("収集しない");
      item.sample = sheet.yes("見本");
      item.row = sheet.row();
      check_category(sheet, item.category);
      if (length_utf16(item.name) > 200) sheet.problem("品目", "品目が長すぎます。200文字までにして、説明は「注意」に書いてください。");
      const auto [first, fresh] = seen.emplace(std::make_pair(item.name, item.category + "\n" + item.how + "\n" + item.note),
                                               item.row);
      if (!fresh) {
        sheet.warning("品目", "「" + item.name + "」は" + std::to_string(first->second) + "行目と同じです。片方を消してください。");
        return;
      }
      content_.items.push_back(std::move(item));
    });
  }

  void read_materials() {
    Sheet sheet = open("garbage_materials");
    if (!sheet.present() || !sheet.require({"素材", "分別区分"})) return;
    sheet.expect_only({"素材", "別名", "分別区分", "説明", "見本", "備考"});
    sheet.each([&] {
      GarbageMaterial material{sheet.required("素材"), sheet.values("別名"), sheet.required("分別区分"), sheet.text("説明"),
                               sheet.row()};
      check_category(sheet, material.category);
      content_.materials.push_back(std::move(material));
    });
  }

  CollectionArea& area(const std::string& name, const std::string& group, int row) {
    const auto [place, fresh] = areas_.emplace(std::make_pair(name, group), content_.areas.size());
    if (fresh) {
      content_.areas.push_back({});
      content_.areas.back().name = name;
      content_.areas.back().group = group;
      content_.areas.back().row = row;
    }
    return content_.areas[place->second];
  }

  void read_calendar() {
    Sheet sheet = open("garbage_calendar");
    if (!sheet.present() || !sheet.require({"地区", "分別区分", "収集日"})) return;
    sheet.expect_only({"地区", "区", "地区ID", "分別区分", "収集日", "備考", "見本"});
    sheet.each([&] { read_calendar_row(sheet); });
  }

  void read_calendar_row(Sheet& sheet) {
    const std::string name = sheet.required("地区");
    const std::string category = sheet.required("分別区分");
    const std::string days = sheet.required("収集日");
    std::string unread;
    if (category == kClosed) {
      const auto closed = parse_closed_days(days, unread);
      if (!closed) {
        sheet.problem("収集日", "「" + unread + "」は休みの日として読めません。「2026-12-31〜2027-01-03」のように書いてください。");
        return;
      }
      auto& target = name == kEveryArea ? content_.closed : area(name, sheet.text("区"), sheet.row()).closed;
      target.insert(target.end(), closed->begin(), closed->end());
      return;
    }
    check_category(sheet, category);
    std::optional<CollectionRule> rule = parse_collection_days(days, unread);
    if (!rule) {
      sheet.problem("収集日", "「" + unread + "」は収集日として読めません。「月 木」「火1 火3」「第2・4水曜日」「2026-11-25」のように書いてください。");
      return;
    }
    rule->note = sheet.text("備考");
    CollectionArea& target = area(name, sheet.text("区"), sheet.row());
    for (const std::string& id : sheet.values("地区ID")) {
      if (districts_.count(id) == 0) {
        sheet.problem("地区ID", "「" + id + "」は city.yaml の districts にありません。");
      } else if (std::find(target.districts.begin(), target.districts.end(), id) == target.districts.end()) {
        target.districts.push_back(id);
      }
    }
    for (const auto& [known, other] : target.by_category) {
      if (known == category) sheet.problem("分別区分", "「" + name + "」の「" + category + "」が2回あります。1行にまとめてください。");
    }
    target.by_category.emplace_back(category, std::move(*rule));
  }

  void read_faqs() {
    Sheet sheet = open("faq");
    if (!sheet.present() || !sheet.require({"質問", "回答"})) return;
    sheet.expect_only({"id", "質問", "言い換え", "回答", "担当課", "電話", "出典URL", "見直し期限", "見本", "備考", "分類", "質問_", "回答_"});
    const bool named = sheet.has("id");
    std::map<std::string, int> seen;
    sheet.each([&] {
      FaqRow faq;
      faq.id = named ? sheet.required("id") : std::to_string(sheet.row());
      faq.question = sheet.required("質問");
      faq.questions["ja"] = faq.question;
      faq.paraphrases = sheet.values("言い換え");
      faq.answer["ja"] = sheet.required("回答");
      for (const auto& [language, column] : sheet.family("質問_")) add_language(faq.questions, language, sheet.text(column));
      for (const auto& [language, column] : sheet.family("回答_")) add_language(faq.answer, language, sheet.text(column));
      faq.section = sheet.text("担当課");
      faq.phone = sheet.text("電話");
      faq.url = sheet.text("出典URL");
      faq.review_by = sheet.date("見直し期限");
      faq.sample = sheet.yes("見本");
      faq.row = sheet.row();
      if (!faq.id.empty() && !is_stable_name(faq.id)) {
        sheet.problem("id", "「" + faq.id + "」は英数字と - _ で80文字までにしてください。");
      }
      const auto [first, fresh] = seen.emplace(faq.id, faq.row);
      if (!fresh) {
        sheet.problem("id", "「" + faq.id + "」は" + std::to_string(first->second) + "行目にもあります。別の id にしてください。");
      }
      if (!faq.url.empty() && !is_web_address(faq.url)) {
        sheet.problem("出典URL", "「" + shorten_utf16(faq.url, 60) + "」は「https://」で始めてください。");
      }
      content_.faqs.push_back(std::move(faq));
    });
  }
  static void add_language(Localized& texts, const std::string& language, std::string text) {
    if (!text.empty()) texts[language] = std::move(text);
  }

  void read_synonyms() {
    Sheet sheet = open("synonyms");
    if (!sheet.present() || !sheet.require({"語", "同義語"})) return;
    sheet.expect_only({"語", "同義語", "方向", "備考"});
    sheet.each([&] {
      SynonymRow row{sheet.required("語"), sheet.values("同義語"), false, sheet.row()};
      const std::string direction = sheet.text("方向");
      row.one_way = direction == "→" || direction == "->";
      if (!direction.empty() && !row.one_way && direction != "⇔") {
        sheet.problem("方向", "「" + direction + "」は読めません。「→」か空にしてください。");
      }
      if (row.same.empty()) sheet.problem("同義語", "「同義語」が空です。書くか、この行を消してください。");
      content_.synonyms.push_back(std::move(row));
    });
  }

  void read_words() {
    Sheet sheet = open("words");
    if (!sheet.present() || !sheet.require({"語", "よみ"})) return;
    sheet.expect_only({"語", "よみ", "備考"});
    sheet.each([&] { content_.words.emplace_back(sheet.required("語"), sheet.required("よみ")); });
  }

  void read_shelters() {
    Sheet sheet = open("shelters");
    if (!sheet.present() || !sheet.require({"名称", "住所"})) return;
    sheet.expect_only({"名称", "よみ", "住所", "地区ID", "緯度", "経度", "収容人数", "災害", "備考", "見本"});
    static const std::map<std::string, std::string> hazards{
        {"洪水", "flood"}, {"土砂災害", "landslide"}, {"高潮", "storm_surge"},    {"地震", "earthquake"},
        {"津波", "tsunami"}, {"大規模な火事", "fire"}, {"内水氾濫", "inland_flood"}, {"火山", "volcano"}};
    sheet.each([&] {
      Shelter shelter;
      shelter.name = sheet.required("名称");
      shelter.reading = sheet.text("よみ");
      shelter.address = sheet.required("住所");
      shelter.district = sheet.text("地区ID");
      shelter.latitude = sheet.number("緯度").value_or(0);
      shelter.longitude = sheet.number("経度").value_or(0);
      shelter.capacity = static_cast<int>(std::clamp(sheet.number("収容人数").value_or(0), 0.0, 1e6));
      shelter.note = sheet.text("備考");
      shelter.sample = sheet.yes("見本");
      shelter.row = sheet.row();
      if (!shelter.district.empty() && districts_.count(shelter.district) == 0) {
        sheet.problem("地区ID", "「" + shelter.district + "」は city.yaml の districts にありません。");
      }
      if (shelter.latitude < -90 || shelter.latitude > 90) sheet.problem("緯度", "緯度は -90 から 90 までで書いてください。");
      if (shelter.longitude < -180 || shelter.longitude > 180) sheet.problem("経度", "経度は -180 から 180 までで書いてください。");
      for (const std::string& hazard : sheet.values("災害")) {
        const auto known = hazards.find(hazard);
        if (known != hazards.end()) shelter.hazards.push_back(known->second);
        else sheet.problem("災害", "「" + hazard + "」は読めません。洪水、土砂災害、高潮、地震、津波、大規模な火事、内水氾濫、火山から書いてください。");
      }
      content_.shelters.push_back(std::move(shelter));
    });
  }

  const std::string& folder_;
  Content& content_;
  LoadReport& report_;
  std::set<std::string> districts_, categories_;
  std::map<std::pair<std::string, std::string>, std::size_t> areas_;
};

}  // namespace

std::shared_ptr<Content> load_content(const std::string& folder, LoadReport& report) {
  auto content = std::make_shared<Content>();
  content->folder = folder;
  if (!load_city(folder, content->city, report.problems)) return nullptr;
  Loader(folder, *content, report).run();
  return content;
}

}  // namespace kairan::intents

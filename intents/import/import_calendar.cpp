#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "base/text.h"
#include "intents/collection_days.h"
#include "intents/content_loader.h"
#include "intents/import/parts.h"
#include "intents/kana.h"

namespace kairan::intents {
namespace {

const std::vector<std::string> kHeader{"地区", "区", "地区ID", "分別区分", "収集日", "備考"};

/// What open data of some cities call the columns, and a part of the category's own name by which it is found among those
/// of the target folder; the last word is used when the folder has none.
struct Property {
  const char* name;
  std::array<const char*, 3> hints;
  const char* otherwise;
};
constexpr std::array<Property, 5> kProperties{{{"burnableGarbage", {"燃や", "燃え", "可燃"}, "燃やせるごみ"},
                                               {"crushableGarbage", {"破砕", "不燃", "燃えない"}, "破砕ごみ"},
                                               {"cansGlassPlastic", {"缶", "びん", "ビン"}, "缶・びん・ペットボトル"},
                                               {"paperAndCloth", {"紙", "布", "古紙"}, "紙・布"},
                                               {"plasticContainers", {"プラスチック容器", "プラ", "容器包装"}, "プラスチック容器包装"}}};

/// Places in calendar_columns().
constexpr std::size_t kAreaColumn = 0, kGroupColumn = 1, kCategoryColumn = 2, kDaysColumn = 3, kRemarkColumn = 4, kPlace = 5;

/// The category of our own table that says when nothing is collected.
constexpr std::string_view kClosedDays = "休み";

const std::vector<ColumnNames>& calendar_columns() {
  static const std::vector<ColumnNames> names{
      {"地区", {"地名", "校下・地区", "地域", "地区名", "町名", "町字", "name", "地域名", "収集地区", "収集区域", "町内会", "自治会", "町丁目", "行政区",
                "大字", "集落", "町"}},
      {"区", {"区名", "行政区", "ブロック", "校区", "校下", "小学校区", "地区区分", "エリア"}},
      {"分別区分", {"ごみの種類", "ごみ種別", "区分", "分別", "種別", "品目区分"}},
      {"収集日", {"収集曜日", "曜日", "収集日程", "回収日", "収集"}},
      {"備考", {"注意", "注意事項", "摘要"}},
      {"地区ID", {}}};
  return names;
}

std::vector<std::string> categories_of(const std::string& folder) {
  std::vector<std::string> names;
  std::vector<FileProblem> ignored;
  const std::optional<Source> source = read_source(folder + "/garbage_categories.csv", ignored);
  if (!source) return names;
  for (const GridRow& row : source->table.rows()) names.push_back(Table::cell(row, source->table.column("分別区分")));
  return names;
}

std::string category_of(const std::string& header, const std::vector<std::string>& known, const ImportOptions& options) {
  for (const auto& [ours, theirs] : options.columns) {
    if (fold_key(theirs) == fold_key(header)) return ours;
  }
  for (const Property& property : kProperties) {
    if (header != property.name) continue;
    for (const char* const hint : property.hints) {
      for (const std::string& name : known) {
        if (name.find(hint) != std::string::npos) return name;
      }
    }
    return property.otherwise;
  }
  return header;
}

/// A table beside the main one as id → text.
std::map<std::string, std::string> lookup(const std::string& path, std::size_t key, std::size_t value) {
  std::map<std::string, std::string> found;
  std::vector<FileProblem> ignored;
  const std::optional<Source> source = read_source(path, ignored);
  if (!source) return found;
  for (const GridRow& row : source->table.rows()) found[Table::cell(row, key)] = Table::cell(row, value);
  return found;
}

bool is_absent(const std::string& days) {
  for (const char* const none : {"", "-", "－", "―", "なし", "無し", "収集なし", "収集しない"}) {
    if (days == none) return true;
  }
  return false;
}

class CalendarImport {
 public:
  CalendarImport(const Source& source, const ImportOptions& options, std::vector<FileProblem>& problems)
      : table_(source.table), options_(options), problems_(problems),
        folder_(options.file.substr(0, options.file.size() - file_name(options.file).size())) {}

  bool run() {
    find_columns();
    if (!name_ || (columns_.empty() && !long_form())) {
      problems_.push_back({table_.file(), table_.header_row(), "地区",
                           "地区の列か分別区分の列がわかりません。1列目に地区、あとの列の名前を分別区分にしてください。", false});
      return false;
    }
    groups_ = lookup(folder_ + "area_master.csv", 0, 1);
    remarks_ = lookup(folder_ + "remarks.csv", 0, 1);
    if (!long_form()) drop_other_columns();
    for (const GridRow& row : table_.rows()) read_row(row);
    add_closed();
    return true;
  }

  /// One row an area and category, with the days in a column of their own.
  bool long_form() const { return category_ && days_; }

  std::vector<std::vector<std::string>> lines;
  std::size_t areas = 0;

 private:
  void find_columns() {
    master_ = table_.column({"マスター"});
    const auto find = [&](std::size_t number) { return source_column(table_, options_, calendar_columns()[number], problems_); };
    name_ = find(kAreaColumn);
    group_ = find(kGroupColumn);
    if (group_ == name_) group_ = std::nullopt;
    category_ = find(kCategoryColumn);
    days_ = find(kDaysColumn);
    remark_ = find(kRemarkColumn);
    place_ = find(kPlace);
    if (place_) {
      City city;
      std::vector<FileProblem> ignored;  // the folder is checked whole when the tables are in it
      load_city(options_.to, city, ignored);
      for (const District& district : city.districts) places_.insert(district.id);
    }
    if (long_form()) return;
    const std::vector<std::string>& header = table_.header();
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (header[i].find("センター") != std::string::npos && header[i].find("ごみ") == std::string::npos && !center_) center_ = i;
    }
    if (!name_) {
      for (std::size_t i = 0; i < header.size() && !name_; ++i) {
        const bool label = !header[i].empty() && header[i][0] != '#' && (!master_ || i != *master_);
        if (label) name_ = i;
      }
    }
    const std::vector<std::string> known = categories_of(options_.to);
    for (std::size_t i = name_.value_or(0) + 1; i < header.size(); ++i) {
      if (header[i].empty() || i == center_ || i == group_ || i == remark_ || i == place_ || fold(header[i]).find("備考") != std::string::npos) continue;
      columns_.emplace_back(i, category_of(header[i], known, options_));
    }
  }

  /// Columns in which nothing is a day (kana, telephone, collection point) are no categories.
  void drop_other_columns() {
    const auto is_days = [](const std::string& cell) {
      std::string unread;
      return parse_collection_days(without_brackets(cell).first, unread).has_value();
    };
    columns_.erase(std::remove_if(columns_.begin(), columns_.end(), [&](const auto& column) {
      bool any = false;
      for (const GridRow& row : table_.rows()) {
        const std::string cell = days_of(Table::cell(row, column.first));
        if (is_absent(cell)) continue;
        if (is_days(cell)) return false;
        any = true;
      }
      if (any) problems_.push_back({table_.file(), table_.header_row(), column.second, "収集日として読めるセルがないので、この列は取り込みません。", true});
      return any;
    }), columns_.end());
  }

  /// Ids of districts that this city has; another city's would mean nothing here.
  std::string places_of(const GridRow& row) const {
    std::string ids;
    for (const std::string& id : split_values(Table::cell(row, place_))) {
      if (places_.count(id) != 0) ids += (ids.empty() ? "" : ";") + id;
    }
    return ids;
  }

  static std::string days_of(const std::string& cell) { return std::string(trim(cell.substr(0, cell.find('*')))); }

  /// 「月・木（祝日も収集）」 as 「月・木」 and the remark.
  static std::pair<std::string, std::string> without_brackets(const std::string& cell) {
    constexpr std::u32string_view open = U"（(【[", close = U"）)】]";
    std::u32string outside, inside;
    bool in = false;
    for (const char32_t c : to_code_points(cell)) {
      if (!in && open.find(c) != std::u32string_view::npos) in = true;
      else if (in && close.find(c) != std::u32string_view::npos) in = false, inside.push_back(U' ');
      else (in ? inside : outside).push_back(c);
    }
    return {std::string(trim(to_utf8(outside))), std::string(trim(to_utf8(inside)))};
  }

  void read_row(const GridRow& row) {
    std::string name = Table::cell(row, name_);
    if (name.empty()) return;
    std::string note;
    const std::size_t star = name.find('*');
    if (star != std::string::npos) {  // 5374: 「*3」 refers to remarks.csv
      for (std::size_t at = star; at != std::string::npos; at = name.find('*', at + 1)) {
        std::string id;
        for (std::size_t i = at + 1; i < name.size() && std::isdigit(static_cast<unsigned char>(name[i])) != 0; ++i) id += name[i];
        const auto remark = remarks_.find(id);
        if (remark != remarks_.end()) note += (note.empty() ? "" : " ") + plain_text(remark->second);
      }
      name = std::string(trim(name.substr(0, star)));
    }
    const auto group = groups_.find(Table::cell(row, master_));
    const std::string group_name = group != groups_.end() ? group->second : Table::cell(row, group_);
    if (const std::string center = Table::cell(row, center_); !center.empty()) centers_[center].emplace_back(name, group_name);
    ++areas;
    if (const std::string own = Table::cell(row, remark_); !own.empty()) note += (note.empty() ? "" : " ") + plain_text(own);
    std::vector<std::pair<std::size_t, std::string>> columns = columns_;
    if (long_form()) columns = {{*days_, Table::cell(row, category_)}};
    for (const auto& [column, category] : columns) {
      std::string days = Table::cell(row, column);
      std::string remark = note;
      const std::size_t mark = days.find('*');
      if (mark != std::string::npos) {
        const auto found = remarks_.find(std::string(trim(days.substr(mark + 1))));
        if (found != remarks_.end()) remark += (remark.empty() ? "" : " ") + plain_text(found->second);
        days = std::string(trim(days.substr(0, mark)));
      }
      if (is_absent(days) || category.empty()) continue;
      std::string unread;
      if (category == kClosedDays) {
        if (const auto closed = parse_closed_days(days, unread); closed) {
          lines.push_back({name, group_name, places_of(row), category, days, remark});
        } else {
          problems_.push_back({table_.file(), row.number, category,
                               "「" + unread + "」は休みの日として読めません。「2026-12-31〜2027-01-03」のように書いてください。", false});
        }
        continue;
      }
      std::optional<CollectionRule> rule = parse_collection_days(days, unread);
      if (!rule) {
        const auto [outside, inside] = without_brackets(days);
        if (!inside.empty() && !outside.empty()) rule = parse_collection_days(outside, unread);
        if (rule) remark += (remark.empty() ? "" : " ") + inside;
      }
      if (!rule) {
        problems_.push_back({table_.file(), row.number, category,
                             "「" + unread + "」は収集日として読めません。「月 木」「火1 火3」「第2・4水曜日」「20261125」のように書いてください。", false});
        continue;
      }
      lines.push_back({name, group_name, places_of(row), category, write_collection_days(*rule), remark});
    }
  }

  /// center.csv: name, first and last day on which this centre's areas are not served.
  void add_closed() {
    std::vector<FileProblem> ignored;
    const std::optional<Source> source = read_source(folder_ + "center.csv", ignored);
    if (!source || !center_) return;
    for (const GridRow& row : source->table.rows()) {
      const auto served = centers_.find(Table::cell(row, 0));
      const std::optional<Date> first = published_date(Table::cell(row, 1));
      const std::optional<Date> last = published_date(Table::cell(row, 2));
      if (served == centers_.end() || !first || !last) continue;
      const std::string days = format_iso(*first) + "〜" + format_iso(*last);
      if (served->second.size() == areas) {
        lines.push_back({"全地区", "", "", "休み", days, ""});
        continue;
      }
      for (const auto& [name, group] : served->second) lines.push_back({name, group, "", "休み", days, ""});
    }
  }

  const Table& table_;
  const ImportOptions& options_;
  std::vector<FileProblem>& problems_;
  std::string folder_;
  std::optional<std::size_t> name_, group_, master_, center_, category_, days_, remark_, place_;
  std::vector<std::pair<std::size_t, std::string>> columns_;
  std::set<std::string> places_;
  std::map<std::string, std::string> groups_, remarks_;
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> centers_;
};

}  // namespace

std::optional<Imported> import_calendar(const ImportOptions& options, std::vector<FileProblem>& problems) {
  const std::optional<Source> source = read_source(options.file, problems, calendar_columns(), &options);
  if (!source) return std::nullopt;
  CalendarImport calendar(*source, options, problems);
  if (!calendar.run()) return std::nullopt;
  if (calendar.lines.empty()) {
    problems.push_back({source->table.file(), 0, "", "収集日が1つもありません。列の並びを確かめてください。", false});
    return std::nullopt;
  }
  Imported imported;
  imported.city = source->city;
  imported.rows = calendar.lines.size();
  imported.shape = calendar.long_form() ? "収集日の表（1行に1つの分別区分）" : source->metadata ? "オープンデータのCSV（#の説明行つき）" : "5374の収集日（area_days.csv）";
  imported.files = {{"garbage_calendar.csv", write_csv(kHeader, calendar.lines)}};
  return imported;
}

}  // namespace kairan::intents

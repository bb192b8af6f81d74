#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/bounded_json.h"
#include "base/text.h"
#include "intents/import/parts.h"

namespace kairan::intents {
namespace {

const std::vector<std::string> kItemHeader{"品目", "よみ", "別名", "分別区分", "出し方", "注意", "料金", "収集しない"};
const std::vector<std::string> kCategoryHeader{"分別区分", "説明"};

/// How published lists call what we need.
const std::vector<ColumnNames>& columns() {
  static const std::vector<ColumnNames> names{
      {"品目",
       {"name", "品名", "ごみの品目", "品目名", "名称", "ゴミの種類", "ごみ", "対象品目", "item", "物品名",
        "ごみの名称", "廃棄物名", "廃棄物の名称", "ごみの名前", "品物", "もの"}},
      {"分別区分",
       {"type",       "label",      "classification", "分別",       "区分",     "分別の区分", "分類", "出し方の区分",
        "ごみの種類", "収集区分",   "ごみ区分",       "分別種別",   "category", "分別名",     "種別", "分別方法",
        "分け方",     "ごみの分類", "排出区分",       "ごみの区分", "カテゴリ", "カテゴリー"}},
      {"よみ",
       {"読み", "ふりがな", "フリガナ", "品目_カナ", "品目カナ", "よみがな", "読み仮名", "読みがな", "品名_カナ",
        "カナ", "かな", "nameKana", "kana", "品目（かな）", "品目名_カナ"}},
      {"注意",
       {"notice", "note", "備考", "注意事項", "注意点", "留意事項", "留意点", "補足", "メモ", "コメント", "備考欄",
        "remarks"}},
      {"出し方",
       {"出し方のポイント", "排出方法", "捨て方", "処理方法", "ポイント", "ごみの出し方", "出すときのポイント"}},
      {"別名", {"別称", "検索語", "キーワード", "同義語"}},
      {"料金", {"手数料", "処理手数料", "料金（円）", "処理料金"}}};
  return names;
}

const ColumnNames& names_of(std::string_view ours) {
  return *std::find_if(columns().begin(), columns().end(),
                       [&](const ColumnNames& names) { return names.ours == ours; });
}

struct Row {
  std::string name, reading, aliases, category, how, note, fee;
  bool not_collected = false;
};

/// Words by which a category says that the city does not take the item.
bool says_not_collected(const std::string& category) {
  for (const char* const word : {"収集しない", "収集しません", "収集不可", "収集できない", "回収しない", "出せません",
                                 "出せないもの", "処理できない", "処理困難", "市では取り扱", "市で収集しない"}) {
    if (category.find(word) != std::string::npos) return true;
  }
  return false;
}

/// The name without a condition that the notice repeats: 「ふすま70cm以下」 with the notice 「70cm以下 …」 is also ふすま.
std::string name_before_condition(const std::string& name, const std::string& note) {
  std::string best;
  for (std::size_t cut = 1; cut < name.size(); ++cut) {
    if ((static_cast<unsigned char>(name[cut]) & 0xC0) == 0x80) continue;
    const std::string tail = name.substr(cut);
    if (tail.size() < 6 || note.compare(0, tail.size(), tail) != 0) continue;
    return name.substr(0, cut);
  }
  return best;
}

std::string garbage_file(const std::vector<Row>& rows) {
  std::vector<std::vector<std::string>> lines;
  lines.reserve(rows.size());
  for (const Row& row : rows) {
    lines.push_back(
        {row.name, row.reading, row.aliases, row.category, row.how, row.note, row.fee, row.not_collected ? "○" : ""});
  }
  return write_csv(kItemHeader, lines);
}

/// Categories in the order they come, with descriptions where the city gives them; always written, so that an older file
/// of other words does not stay beside the new items.
std::string category_file(const std::vector<Row>& rows,
                          const std::vector<std::pair<std::string, std::string>>& described) {
  std::vector<std::vector<std::string>> lines;
  std::set<std::string> seen;
  for (const auto& [name, description] : described) {
    if (!name.empty() && seen.insert(name).second) lines.push_back({name, description});
  }
  for (const Row& row : rows) {
    if (seen.insert(row.category).second) lines.push_back({row.category, ""});
  }
  return write_csv(kCategoryHeader, lines);
}

/// description.csv of the 5374 family beside the list.
std::vector<std::pair<std::string, std::string>> descriptions_beside(const std::string& file) {
  std::vector<std::pair<std::string, std::string>> described;
  const std::string folder = file.substr(0, file.size() - file_name(file).size());
  std::vector<FileProblem> ignored;
  const std::optional<Source> source = read_source(folder + "description.csv", ignored);
  if (!source) return described;
  const auto label = source->table.column("label");
  const auto text = source->table.column("description");
  for (const GridRow& row : source->table.rows()) {
    described.emplace_back(Table::cell(row, label), plain_text(Table::cell(row, text)));
  }
  return described;
}

std::optional<Imported> garbage_from_json(const std::string& bytes, const std::string& shown,
                                          std::vector<FileProblem>& problems) {
  const Result<nlohmann::json> parsed = parse_json(bytes, {kMaxTableBytes, 32});
  const nlohmann::json* const articles = parsed ? json_member(*parsed, "articles") : nullptr;
  if (articles == nullptr || !articles->is_array()) {
    problems.push_back(
        {shown, 0, "articles", "品目の一覧（articles）がありません。CSVかExcelにして取り込んでください。", false});
    return std::nullopt;
  }
  Imported imported;
  imported.shape = "JSON（articles と categoryDefinitions）";
  imported.city = json_text(*parsed, "municipalityName");
  std::vector<std::pair<std::string, std::string>> described;
  const nlohmann::json* const categories = json_member(*parsed, "categoryDefinitions");
  if (categories != nullptr && categories->is_object()) {
    for (const auto& [id, category] : categories->items()) {
      described.emplace_back(std::string(trim(json_text(category, "name"))), json_text(category, "note"));
    }
  }
  std::vector<Row> rows;
  int number = 0;
  for (const nlohmann::json& article : *articles) {
    ++number;
    Row row;
    row.name = std::string(trim(json_text(article, "name")));
    row.reading = json_text(article, "nameKana");
    const std::string id = json_text(article, "categoryId");
    const nlohmann::json* const category = categories == nullptr ? nullptr : json_member(*categories, id);
    row.category = std::string(trim(category == nullptr ? id : json_text(*category, "name")));
    row.note = json_text(article, "note");
    row.not_collected = says_not_collected(row.category);
    if (row.name.empty() || row.category.empty()) {
      problems.push_back({shown, number, "articles", "品目の名前か分別区分が空です。", false});
      continue;
    }
    rows.push_back(std::move(row));
  }
  imported.rows = rows.size();
  imported.files = {{"garbage.csv", garbage_file(rows)}, {"garbage_categories.csv", category_file(rows, described)}};
  return imported;
}

std::optional<Imported> from_table(const Source& source, const ImportOptions& options,
                                   std::vector<FileProblem>& problems) {
  const Table& table = source.table;
  const auto find = [&](const char* ours) { return source_column(table, options, names_of(ours), problems); };
  const auto name = find("品目");
  const auto category = find("分別区分");
  const auto reading = find("よみ");
  const auto note = find("注意");
  const auto how = find("出し方");
  const auto aliases = find("別名");
  const auto fee = find("料金");
  const auto refused = table.column("収集しない");  // our own list, come back from a spreadsheet
  if (!name) report_missing(table, "品目", problems);
  if (!category) report_missing(table, "分別区分", problems);
  if (!name || !category) return std::nullopt;
  Imported imported;
  imported.city = source.city;
  imported.shape = source.metadata            ? "オープンデータのCSV（#の説明行つき）"
                   : table.column("furigana") ? "5374の一覧（target.csv）"
                                              : "CSVまたはExcelの表";
  std::vector<Row> rows;
  std::set<std::vector<std::string>> seen;
  std::size_t skipped = 0;
  for (const GridRow& cells : table.rows()) {
    Row row;
    row.name = Table::cell(cells, name);
    row.category = Table::cell(cells, category);
    row.reading = Table::cell(cells, reading);
    row.note = plain_text(Table::cell(cells, note));
    row.how = plain_text(Table::cell(cells, how));
    row.aliases = Table::cell(cells, aliases);
    row.fee = Table::cell(cells, fee);
    row.not_collected = says_not_collected(row.category) || !Table::cell(cells, refused).empty();
    if (row.name.empty() || row.category.empty()) {
      problems.push_back({table.file(), cells.number, row.name.empty() ? "品目" : "分別区分",
                          "空なので、この行は取り込みません。要る行なら書き足してください。", true});
      ++skipped;
      continue;
    }
    const std::string plain = name_before_condition(row.name, row.note);
    if (!plain.empty()) row.aliases += (row.aliases.empty() ? "" : ";") + plain;
    if (seen.insert({row.name, row.category, row.how, row.note}).second) rows.push_back(std::move(row));
  }
  // Headings between the rows are usual; a list that is mostly holes has been read by the wrong columns.
  if (rows.empty() || skipped > rows.size() / 4 + 5) {
    problems.push_back({table.file(), 0, "",
                        "品目か分別区分の空の行が多すぎます。見出しと列が合っているかを確かめ、"
                        "結合されたセルは結合を解いて、どの行にも書いてください。",
                        false});
    return std::nullopt;
  }
  imported.rows = rows.size();
  imported.files = {{"garbage.csv", garbage_file(rows)},
                    {"garbage_categories.csv", category_file(rows, descriptions_beside(options.file))}};
  return imported;
}

}  // namespace

std::optional<Imported> import_garbage(const ImportOptions& options, std::vector<FileProblem>& problems) {
  const std::optional<std::string> bytes = read_bytes(options.file, problems);
  if (!bytes) return std::nullopt;
  const std::size_t first = bytes->find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first != std::string::npos && (*bytes)[first] == '{') {
    return garbage_from_json(bytes->substr(first), file_name(options.file), problems);
  }
  const std::optional<Source> source = read_source(options.file, problems, columns(), &options);
  if (!source) return std::nullopt;
  return from_table(*source, options, problems);
}

}  // namespace kairan::intents

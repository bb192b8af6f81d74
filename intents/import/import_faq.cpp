#include <nlohmann/json.hpp>
#include <set>

#include "base/bounded_json.h"
#include "base/text.h"
#include "intents/import/faq_before.h"
#include "intents/import/parts.h"

namespace kairan::intents {
namespace {

const std::vector<std::string> kFaqHeader{"id",   "質問",    "言い換え",   "回答", "担当課",
                                          "電話", "出典URL", "見直し期限", "見本"};
constexpr std::size_t kMaxAnswerUtf16 = 4900;

/// Places in kFaqHeader and in faq_columns().
constexpr std::size_t kId = 0, kQuestion = 1, kAnswer = 3, kUrl = 6, kReviewBy = 7, kSample = 8;

const std::vector<ColumnNames>& faq_columns() {
  static const std::vector<ColumnNames> names{
      {"id", {"ID", "番号", "No", "NO", "FAQ番号", "管理番号", "項番", "通番", "№"}},
      {"質問",
       {"question", "タイトル", "件名", "質問文", "Q", "質問内容", "問い合わせ内容", "title", "よくある質問", "ご質問",
        "お問い合わせ内容", "問", "FAQ", "表題"}},
      {"言い換え", {"類似質問", "類義", "キーワード", "検索キーワード"}},
      {"回答", {"answer", "回答文", "A", "回答内容", "本文", "内容", "答え", "ご回答", "お答え", "こたえ", "答"}},
      {"担当課",
       {"担当", "所管課", "部署", "担当部署", "問い合わせ先", "お問い合わせ先", "課名", "所属", "担当課名", "所管"}},
      {"電話", {"電話番号", "連絡先", "TEL", "内線"}},
      {"出典URL", {"URL", "url", "リンク", "参考URL", "ページ", "関連URL", "掲載URL", "リンク先"}},
      {"見直し期限", {"有効期限", "公開期限", "期限", "掲載期限", "公開終了日"}},
      {"見本", {}}};
  return names;
}

/// What the source says in a form of its own and ours cannot hold is left out, and said.
void keep_what_fits(std::vector<std::string>& row, const std::string& shown, int number,
                    std::vector<FileProblem>& problems) {
  const auto drop = [&](std::size_t column, const char* why) {
    problems.push_back({shown, number, kFaqHeader[column],
                        "「" + shorten_utf16(row[column], 40) + "」は" + why + "ので、空にしました。", true});
    row[column].clear();
  };
  const std::size_t end = row[kUrl].find_first_of(" \r\n\t");
  if (end != std::string::npos) row[kUrl].resize(end);  // several addresses: the first
  if (!row[kUrl].empty() && row[kUrl].rfind("https://", 0) != 0 && row[kUrl].rfind("http://", 0) != 0)
    drop(kUrl, "Webの住所ではない");
  if (!row[kReviewBy].empty()) {
    const std::optional<Date> date = published_date(row[kReviewBy]);
    if (date)
      row[kReviewBy] = format_iso(*date);
    else
      drop(kReviewBy, "日付として読めない");
  }
  if (!parse_yes_no(row[kSample])) drop(kSample, "○でも×でもない");
}

/// Ids of other systems as stable names of ours: letters, digits, - and _.
std::string stable_id(const std::string& id) {
  std::string stable;
  for (const char c : id) {
    const bool fine =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    stable += fine ? c : '-';
  }
  return stable.substr(0, 80);
}

std::string fitting(std::string answer, const std::string& shown, int row, std::vector<FileProblem>& problems) {
  if (length_utf16(answer) <= kMaxAnswerUtf16) return answer;
  problems.push_back({shown, row, "回答", "LINEの1通に入らないので、4,900文字で切りました。", true});
  return shorten_utf16(answer, kMaxAnswerUtf16);
}

/// Our columns, those of other languages that the file has, and those that the table has now.
std::vector<std::string> whole_header(const std::vector<std::string>& translations, const FaqBefore& before) {
  std::vector<std::string> header = kFaqHeader;
  header.insert(header.end(), translations.begin(), translations.end());
  const std::vector<std::string> beside = before.columns_beside(header);
  header.insert(header.end(), beside.begin(), beside.end());
  return header;
}

/// {"id": "Question: ...\nAnswer: ..."}
std::optional<Imported> faq_from_json(const std::string& bytes, const std::string& shown, FaqBefore& before,
                                      std::vector<FileProblem>& problems) {
  const Result<nlohmann::json> parsed = parse_json(bytes, {kMaxTableBytes, 4});
  if (!parsed || !parsed->is_object()) {
    problems.push_back(
        {shown, 0, "",
         "「{\"番号\": \"Question: …\\nAnswer: …\"}」の形のJSONではありません。CSVかExcelにして取り込んでください。",
         false});
    return std::nullopt;
  }
  std::vector<std::vector<std::string>> rows;
  const std::vector<std::string> header = whole_header({}, before);
  std::vector<bool> given(header.size(), false);
  given[kId] = given[kQuestion] = given[kAnswer] = true;
  int number = 0;
  for (const auto& [id, value] : parsed->items()) {
    ++number;
    const std::string text = value.is_string() ? value.get<std::string>() : "";
    const std::size_t answer = text.find("\nAnswer:");
    if (text.rfind("Question:", 0) != 0 || answer == std::string::npos) {
      problems.push_back({shown, number, id, "「Question: …」の行と「Answer: …」の行がありません。", false});
      continue;
    }
    rows.push_back({stable_id(id), std::string(trim(text.substr(9, answer - 9))), "",
                    fitting(std::string(trim(text.substr(answer + 8))), shown, number, problems)});
    rows.back().resize(header.size());
    before.fill(rows.back(), header, given, shown, number, problems);
  }
  before.report_lost(shown, problems);
  Imported imported;
  imported.rows = rows.size();
  imported.shape = "JSON（Question と Answer）";
  imported.files = {{"faq.csv", write_csv(header, rows)}};
  return imported;
}

}  // namespace

std::optional<Imported> import_faq(const ImportOptions& options, std::vector<FileProblem>& problems) {
  const std::optional<std::string> bytes = read_bytes(options.file, problems);
  if (!bytes) return std::nullopt;
  FaqBefore before(options.to);
  const std::size_t first = bytes->find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first != std::string::npos && (*bytes)[first] == '{') {
    return faq_from_json(bytes->substr(first), file_name(options.file), before, problems);
  }
  const std::optional<Source> source = read_source(options.file, problems, faq_columns(), &options);
  if (!source) return std::nullopt;
  const Table& table = source->table;
  std::vector<std::optional<std::size_t>> columns;
  for (const ColumnNames& names : faq_columns()) columns.push_back(source_column(table, options, names, problems));
  for (const std::size_t required : {kQuestion, kAnswer}) {
    if (!columns[required]) report_missing(table, faq_columns()[required].ours, problems);
  }
  if (!columns[kQuestion] || !columns[kAnswer]) return std::nullopt;
  std::vector<std::string> translations;
  for (std::size_t i = 0; i < table.header().size(); ++i) {
    if (!is_translation(table.header()[i])) continue;
    translations.push_back(table.header()[i]);
    columns.emplace_back(i);
  }
  const std::vector<std::string> header = whole_header(translations, before);
  columns.resize(header.size());
  std::vector<bool> given;
  given.reserve(columns.size());
  for (const auto& column : columns) given.push_back(column.has_value());
  std::vector<std::vector<std::string>> rows;
  std::set<std::string> ids;
  std::size_t skipped = 0;
  for (const GridRow& cells : table.rows()) {
    std::vector<std::string> row;
    row.reserve(columns.size());
    for (const auto& column : columns) row.push_back(Table::cell(cells, column));
    row[kQuestion] = plain_text(row[kQuestion]);
    row[kAnswer] = fitting(plain_text(row[kAnswer]), table.file(), cells.number, problems);
    if (row[kQuestion].empty() || row[kAnswer].empty()) {
      problems.push_back({table.file(), cells.number, row[kQuestion].empty() ? "質問" : "回答",
                          "空なので、この行は取り込みません。要る行なら書き足してください。", true});
      ++skipped;
      continue;
    }
    before.fill(row, header, given, table.file(), cells.number, problems);
    row[kId] = row[kId].empty() ? std::to_string(cells.number) : stable_id(row[kId]);
    // Numbers that begin anew in every section, and cells that hold more than a number.
    if (!ids.insert(row[kId]).second)
      ids.insert(row[kId] = row[kId].substr(0, 70) + "-r" + std::to_string(cells.number));
    keep_what_fits(row, table.file(), cells.number, problems);
    rows.push_back(std::move(row));
  }
  if (rows.empty() || skipped > rows.size() / 4 + 5) {
    problems.push_back({table.file(), 0, "",
                        "質問か回答の空の行が多すぎます。質問と回答の列の見出しを確かめ、結合されたセルは結合を解いて、"
                        "どの行にも書いてください。",
                        false});
    return std::nullopt;
  }
  before.report_lost(table.file(), problems);
  Imported imported;
  imported.city = source->city;
  imported.rows = rows.size();
  imported.shape = "CSVまたはExcelの表";
  imported.files = {{"faq.csv", write_csv(header, rows)}};
  return imported;
}

}  // namespace kairan::intents

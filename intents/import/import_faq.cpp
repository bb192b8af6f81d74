#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/text.h"
#include "intents/import/parts.h"

namespace kairan::intents {
namespace {

const std::vector<std::string> kFaqHeader{"id", "質問", "言い換え", "回答", "担当課", "電話", "出典URL", "見直し期限", "見本"};
constexpr std::size_t kMaxAnswerUtf16 = 4900;

/// Ids of other systems as stable names of ours: letters, digits, - and _.
std::string stable_id(const std::string& id) {
  std::string stable;
  for (const char c : id) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    stable += fine ? c : '-';
  }
  return stable.substr(0, 80);
}

std::string fitting(std::string answer, const std::string& shown, int row, std::vector<FileProblem>& problems) {
  if (length_utf16(answer) <= kMaxAnswerUtf16) return answer;
  problems.push_back({shown, row, "回答", "LINEの1通に入らないので、4,900文字で切りました。", true});
  return shorten_utf16(answer, kMaxAnswerUtf16);
}

/// {"id": "Question: ...\nAnswer: ..."}
std::optional<Imported> from_json(const std::string& bytes, const std::string& shown, std::vector<FileProblem>& problems) {
  const Result<nlohmann::json> parsed = parse_json(bytes, {kMaxTableBytes, 4});
  if (!parsed || !parsed->is_object()) {
    problems.push_back({shown, 0, "", "「{\"番号\": \"Question: …\\nAnswer: …\"}」の形のJSONではありません。CSVかExcelにして取り込んでください。", false});
    return std::nullopt;
  }
  std::vector<std::vector<std::string>> rows;
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
                    fitting(std::string(trim(text.substr(answer + 8))), shown, number, problems), "", "", "", "", ""});
  }
  Imported imported;
  imported.rows = rows.size();
  imported.shape = "JSON（Question と Answer）";
  imported.files = {{"faq.csv", write_csv(kFaqHeader, rows)}};
  return imported;
}

}  // namespace

std::optional<Imported> import_faq(const ImportOptions& options, std::vector<FileProblem>& problems) {
  const std::optional<std::string> bytes = read_bytes(options.file, problems);
  if (!bytes) return std::nullopt;
  const std::size_t first = bytes->find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first != std::string::npos && (*bytes)[first] == '{') {
    return from_json(bytes->substr(first), file_name(options.file), problems);
  }
  const std::optional<Source> source = read_source(options.file, problems);
  if (!source) return std::nullopt;
  const Table& table = source->table;
  const auto find = [&](const std::string& ours, std::initializer_list<std::string_view> usual) {
    return source_column(table, options, ours, usual, problems);
  };
  const auto question = find("質問", {"question", "タイトル", "件名", "質問文", "Q", "質問内容", "問い合わせ内容", "title"});
  const auto answer = find("回答", {"answer", "回答文", "A", "回答内容", "本文", "内容"});
  const std::vector<std::optional<std::size_t>> columns{
      find("id", {"ID", "番号", "No", "NO", "FAQ番号", "管理番号"}),
      question,
      find("言い換え", {"類似質問", "類義", "キーワード"}),
      answer,
      find("担当課", {"担当", "所管課", "部署", "担当部署", "問い合わせ先"}),
      find("電話", {"電話番号", "連絡先"}),
      find("出典URL", {"URL", "url", "リンク", "参考URL", "ページ"}),
      find("見直し期限", {"有効期限", "公開期限", "期限"}),
      find("見本", {})};
  if (!question || !answer) {
    problems.push_back({table.file(), table.header_row(), question ? "回答" : "質問",
                        "「質問」と「回答」の列がわかりません。--map 質問=列の名前,回答=列の名前 で教えてください。", false});
    return std::nullopt;
  }
  std::vector<std::vector<std::string>> rows;
  for (const GridRow& cells : table.rows()) {
    std::vector<std::string> row;
    row.reserve(columns.size());
    for (const auto& column : columns) row.push_back(Table::cell(cells, column));
    row[0] = row[0].empty() ? std::to_string(cells.number) : stable_id(row[0]);
    row[3] = fitting(plain_text(row[3]), table.file(), cells.number, problems);
    if (row[1].empty() || row[3].empty()) {
      problems.push_back({table.file(), cells.number, row[1].empty() ? "質問" : "回答", "空です。書くか、この行を消してください。", false});
      continue;
    }
    rows.push_back(std::move(row));
  }
  Imported imported;
  imported.city = source->city;
  imported.rows = rows.size();
  imported.shape = "CSVまたはExcelの表";
  imported.files = {{"faq.csv", write_csv(kFaqHeader, rows)}};
  return imported;
}

}  // namespace kairan::intents

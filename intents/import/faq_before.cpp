#include "intents/import/faq_before.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "intents/import/parts.h"

namespace kairan::intents {
namespace {

constexpr std::size_t kMostNamed = 5;

std::optional<Grid> read_before(const std::string& folder) {
  std::vector<FileProblem> ignored;  // what was wrong before is not the file's fault
  for (const char* const name : {"faq.csv", "faq.xlsx"}) {
    const std::string path = folder + "/" + name;
    if (std::filesystem::exists(path)) return read_grid(path, name, ignored);
  }
  return std::nullopt;
}

}  // namespace

bool is_translation(std::string_view column) {
  return column.starts_with("質問_") || column.starts_with("回答_");
}

FaqBefore::FaqBefore(const std::string& folder) {
  auto grid = read_before(folder);
  if (!grid) return;
  const Table table("", *std::move(grid));
  header_ = table.header();
  const auto question = table.column("質問");
  for (const GridRow& row : table.rows()) {
    const std::string key = fold_key(Table::cell(row, question));
    if (key.empty() || rows_.count(key) != 0) continue;
    order_.push_back(key);
    for (std::size_t i = 0; i < header_.size(); ++i) rows_[key][header_[i]] = Table::cell(row, i);
  }
}

std::vector<std::string> FaqBefore::columns_beside(const std::vector<std::string>& known) const {
  std::vector<std::string> beside;
  for (const std::string& name : header_) {
    if (!name.empty() && std::find(known.begin(), known.end(), name) == known.end()) beside.push_back(name);
  }
  return beside;
}

void FaqBefore::fill(std::vector<std::string>& row, const std::vector<std::string>& header,
                     const std::vector<bool>& given, const std::string& shown, int number,
                     std::vector<FileProblem>& problems) {
  const auto cell = [&](std::string_view name) -> std::string& {
    return row[static_cast<std::size_t>(std::find(header.begin(), header.end(), name) - header.begin())];
  };
  const auto before = rows_.find(fold_key(cell("質問")));
  if (before == rows_.end()) return;
  met_.insert(before->first);
  const auto old_of = [&](const std::string& name) {
    const auto found = before->second.find(name);
    return found == before->second.end() ? std::string() : found->second;
  };
  const bool another_answer = fold_key(old_of("回答")) != fold_key(cell("回答"));
  std::string stale;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (given[i] || (header[i] == "見本" && another_answer)) continue;
    row[i] = old_of(header[i]);
    if (another_answer && header[i].starts_with("回答_") && !row[i].empty())
      stale += (stale.empty() ? "" : "、") + header[i];
  }
  if (!stale.empty()) {
    problems.push_back(
        {shown, number, "回答",
         "回答が変わりましたが、ほかの言語の回答（" + stale + "）は前のままです。公開の前に直してください。", true});
  }
}

void FaqBefore::report_lost(const std::string& shown, std::vector<FileProblem>& problems) const {
  std::size_t lost = 0, translated = 0;
  std::string named;
  for (const std::string& key : order_) {
    if (met_.count(key) != 0) continue;
    const auto& row = rows_.at(key);
    const auto question = row.find("質問");
    if (lost++ < kMostNamed && question != row.end()) named += "「" + shorten_utf16(question->second, 40) + "」";
    translated += std::any_of(row.begin(), row.end(),
                              [](const auto& each) { return is_translation(each.first) && !each.second.empty(); })
                      ? 1
                      : 0;
  }
  if (lost == 0) return;
  problems.push_back({shown, 0, "質問",
                      "いまの表にある" + std::to_string(lost) + "件の質問が、このファイルにはありません：" + named +
                          (lost > kMostNamed ? "など" : "") + "。公開すると、その答え" +
                          (translated > 0 ? "と、" + std::to_string(translated) + "件の訳" : std::string()) +
                          "はなくなります。残すときは、ファイルに足してください。",
                      true});
}

}  // namespace kairan::intents

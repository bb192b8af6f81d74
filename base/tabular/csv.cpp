#include "base/tabular/csv.h"

namespace kairan {
namespace {

/// Tabs separate when the first line has one and no comma.
char separator_of(std::string_view text) {
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  const bool tabs = line.find('\t') != std::string_view::npos && line.find(',') == std::string_view::npos;
  return tabs ? '\t' : ',';
}

class Reader {
 public:
  Reader(std::string_view text, Grid& grid) : text_(text), separator_(separator_of(text)), grid_(grid) {}

  /// Row where a quote opens that is never closed, or 0.
  int unclosed() const { return unclosed_; }
  bool over_limit() const { return over_limit_; }

  bool run() {
    while (at_ < text_.size() && !over_limit_) read_row();
    return unclosed_ == 0 && !over_limit_;
  }

 private:
  void read_row() {
    GridRow row;
    row.number = ++number_;
    while (true) {
      row.cells.push_back(read_cell());
      if (++cells_ > kMaxTableCells) over_limit_ = true;
      if (at_ >= text_.size() || text_[at_] != separator_ || over_limit_) break;
      ++at_;
    }
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    grid_.push_back(std::move(row));
    if (grid_.size() > kMaxTableRows) over_limit_ = true;
  }

  std::string read_cell() {
    std::string cell;
    if (at_ < text_.size() && text_[at_] == '"') read_quoted(cell);
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\r' && text_[at_] != '\n') ++at_;
    cell.append(text_.substr(start, at_ - start));
    return cell;
  }

  void read_quoted(std::string& cell) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] != '"') {
        if (text_[at_] != '\r' || at_ + 1 >= text_.size() || text_[at_ + 1] != '\n') cell.push_back(text_[at_]);
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        cell.push_back('"');
        ++at_;
      } else {
        ++at_;
        return;
      }
    }
    unclosed_ = number_;
  }

  std::string_view text_;
  char separator_;
  Grid& grid_;
  std::size_t at_ = 0, cells_ = 0;
  int number_ = 0, unclosed_ = 0;
  bool over_limit_ = false;
};

}  // namespace

bool parse_csv(std::string_view text, const std::string& shown, Grid& grid, std::vector<FileProblem>& problems) {
  Reader reader(text, grid);
  if (reader.run()) return true;
  if (reader.over_limit()) {
    problems.push_back({shown, 0, "", "行またはセルが多すぎます。20万行、200万セルまでに分けてください。", false});
  } else {
    problems.push_back({shown, reader.unclosed(), "",
                        "この行で始まる「\"」が閉じていません。セルの終わりに「\"」を書くか、「\"」を消してください。", false});
  }
  return false;
}

std::string csv_row(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += ',';
    const std::string& cell = cells[i];
    const bool alone = cells.size() == 1 && cell.empty();
    if (!alone && cell.find_first_of(",\"\r\n\t") == std::string::npos) {
      line += cell;
      continue;
    }
    line += '"';
    for (const char c : cell) {
      if (c == '"') line += '"';
      line += c;
    }
    line += '"';
  }
  return line + "\r\n";
}

}  // namespace kairan

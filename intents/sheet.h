// One table of a content folder while it is read: finds columns, reads cells, collects problems with their places.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil_time.h"
#include "base/tabular/grid.h"

namespace kairan::intents {

class Sheet {
 public:
  /// Opens `name`.csv, else `name`.xlsx, of the folder. `present()` is false when there is neither or it cannot be read.
  Sheet(const std::string& folder, const std::string& name, std::vector<FileProblem>& problems);

  bool present() const { return table_.has_value(); }
  bool has(std::string_view column) const { return find(column).has_value(); }
  /// Reports missing columns; false when one is missing.
  bool require(std::initializer_list<std::string_view> columns);
  /// Warns of columns that are none of these; a name that ends in _ stands for a family (回答_en).
  void expect_only(std::initializer_list<std::string_view> columns);
  /// Columns that begin with `prefix`, as (rest of the name, column's name).
  std::vector<std::pair<std::string, std::string>> family(std::string_view prefix) const;

  /// Calls `read` for each row.
  void each(const std::function<void()>& read);

  // Of the current row:
  int row() const { return row_->number; }
  std::string text(std::string_view column);
  std::string required(std::string_view column);  ///< reports an empty cell
  std::vector<std::string> values(std::string_view column);
  bool yes(std::string_view column);
  std::optional<Date> date(std::string_view column);
  std::optional<double> number(std::string_view column);

  void problem(std::string_view column, std::string message) const;
  void warning(std::string_view column, std::string message) const;
  const std::string& file() const { return file_; }

 private:
  std::optional<std::size_t> find(std::string_view column) const;

  std::string file_;
  std::optional<Table> table_;
  std::vector<FileProblem>& problems_;
  const GridRow* row_ = nullptr;
  mutable std::map<std::string, std::optional<std::size_t>, std::less<>> columns_;
};

}  // namespace kairan::intents

// What the folder's own FAQ table says and a file that replaces it does not: translations, wordings, ids, and columns that only we
// have. Rows are the same when their questions are. One import, one thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/file_problem.h"
#include "base/tabular/grid.h"

namespace kairan::intents {

/// 「回答_en」, 「質問_ja-easy」: a text of the table in another language.
bool is_translation(std::string_view column);

class FaqBefore {
 public:
  /// @param folder  the content folder that is imported into; without a table there is nothing to keep
  explicit FaqBefore(const std::string& folder);

  /// Its columns that are not among `known`.
  std::vector<std::string> columns_beside(const std::vector<std::string>& known) const;
  /// Fills the cells of columns that the file does not have. A translation of an answer that is another now stays and is warned of;
  /// the mark of a sample goes with the answer it was set for.
  /// @param given  by column of `header`: whether the file has it
  void fill(std::vector<std::string>& row, const std::vector<std::string>& header, const std::vector<bool>& given,
            const std::string& shown, int number, std::vector<FileProblem>& problems);
  /// Says which of its questions no row of the file had.
  void report_lost(const std::string& shown, std::vector<FileProblem>& problems) const;

 private:
  std::vector<std::string> header_;
  std::map<std::string, std::map<std::string, std::string>> rows_;  ///< folded question → column → cell
  std::vector<std::string> order_;                                  ///< folded questions as they stand
  std::set<std::string> met_;
};

}  // namespace kairan::intents

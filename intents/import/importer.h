// Turns files that cities publish into this project's content files. A file is read whole, checked whole, written beside its
// target, flushed and renamed: on any problem the target folder is as it was.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "intents/engine.h"

namespace kairan::intents {

struct ImportOptions {
  std::string kind;                            ///< garbage, calendar, faq, shelters
  std::string file;                            ///< CSV, Excel or JSON; files beside it (center.csv, description.csv) are read too
  std::string to;                              ///< content folder; made when it is not there
  std::map<std::string, std::string> columns;  ///< our column → the file's column
};

struct ImportResult {
  std::vector<FileProblem> problems;  ///< of the source file, then of the folder as it would be
  std::size_t rows = 0;                  ///< written to the main file
  std::string shape;                     ///< what the file was taken for, in Japanese
  std::vector<std::string> written;      ///< names of the files written
  bool ok = false;
};

ImportResult import_content(const ImportOptions& options);

}  // namespace kairan::intents

// Reads the files of a content folder into checked values. Everything wrong is reported at once, in Japanese, with file, row,
// column and what to write instead. No state; any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "intents/content.h"

namespace kairan::intents {

/// The tables and city.yaml; counts items and FAQs into the report. Null when there is nothing to build on (no readable
/// city.yaml); otherwise the content as far as it could be read, which must not be used when the report is not ok.
std::shared_ptr<Content> load_content(const std::string& folder, LoadReport& report);

/// tests.csv; empty when the folder has none.
std::vector<ContentTest> load_tests(const Content& content, std::vector<FileProblem>& problems);

/// city.yaml alone; false when it cannot be read at all.
bool load_city(const std::string& folder, City& city, std::vector<FileProblem>& problems);

}  // namespace kairan::intents

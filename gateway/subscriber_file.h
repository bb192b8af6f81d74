// Subscribers as a table: what `kairan subscribers import` reads and `export` writes. The first column is user_id, then one per
// attribute of attributes.yaml (its id or its Japanese label); several values are joined by ; and may be ids or labels;
// yes/no attributes take ○ × はい いいえ; birth months 2024-05, 2024/5, 2024年5月, and 2024-04-01 for the 1st of April.
// A table is checked whole: problems name row and column, and with one of them nothing may be imported. Pure; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file_problem.h"
#include "base/tabular/grid.h"
#include "store/attributes.h"
#include "store/subscriber_import.h"

namespace kairan::gateway {

struct SubscriberTable {
  std::vector<std::string> columns;  ///< attribute ids, in the file's order
  std::vector<store::ImportRow> rows;
};

/// Reads a table. Problems are added, at most kMaxProblems; with any that is no warning the result must not be used.
/// @param now  birth months after it are refused
SubscriberTable read_subscriber_table(const Table& table, const store::AttributeSchema& schema, TimePoint now,
                                      std::vector<FileProblem>& problems);

/// The header line and a line of one subscriber, ending in CRLF. A cell that a spreadsheet would take for a formula is
/// written with ' before it; reading takes that away again.
std::string subscriber_header(const store::AttributeSchema& schema);
std::string subscriber_line(const store::AttributeSchema& schema, const std::string& address,
                            const std::map<std::string, std::vector<std::string>>& settings);

inline constexpr std::size_t kMaxProblems = 200;

}  // namespace kairan::gateway

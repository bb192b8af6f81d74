// A CSV file that Excel opens: UTF-8 with BOM, CRLF, and no cell that would run as a formula (OWASP, CSV injection): a text that
// begins with = + - @, a tab or a carriage return gets an apostrophe in front. One object, one thread.
#pragma once

#include <string>
#include <vector>

#include "gateway/staff_api/reply.h"

namespace kairan::gateway::staff {

class Spreadsheet {
 public:
  explicit Spreadsheet(const std::vector<std::string>& header);
  void add(std::vector<std::string> cells);
  /// @param name  of plain ASCII letters, digits, "-" and "."
  Reply reply(const std::string& name) const;

 private:
  std::string text_;
};

/// The cell, harmless.
std::string harmless_cell(std::string cell);
/// The cell that harmless_cell() was given; one that began with an apostrophe and = itself loses it.
std::string original_cell(std::string cell);

}  // namespace kairan::gateway::staff

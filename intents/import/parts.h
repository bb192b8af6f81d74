// The importers by kind. Each reads its source into files to be written; nothing touches the target folder here.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/civil_time.h"
#include "intents/import/importer.h"
#include "base/tabular/grid.h"

namespace kairan::intents {

/// What an importer has read: files by name, and what it learned of the city.
struct Imported {
  std::vector<std::pair<std::string, std::string>> files;  ///< name in the content folder, content
  std::string city;                                        ///< name of the city when the data says it
  std::size_t rows = 0;
  std::string shape;
};

std::optional<Imported> import_garbage(const ImportOptions& options, std::vector<FileProblem>& problems);
std::optional<Imported> import_calendar(const ImportOptions& options, std::vector<FileProblem>& problems);
std::optional<Imported> import_faq(const ImportOptions& options, std::vector<FileProblem>& problems);
std::optional<Imported> import_shelters(const ImportOptions& options, std::vector<FileProblem>& problems);

/// What the files of a kind call a column of ours, first the names looked for first.
struct ColumnNames {
  const char* ours;
  std::vector<std::string_view> usual;
};

/// A source table whatever its wrapping: metadata lines that begin with # are read (their #property row is the header,
/// #attribution_name the city), titles above the header are passed over, then come the header row and the data.
struct Source {
  Table table;
  std::string city;
  bool metadata = false;
};
/// @param known  columns of this kind; the first row that names two of them (or that --map names) is the header. Without
///               any, the first row with two cells.
std::optional<Source> read_source(const std::string& path, std::vector<FileProblem>& problems,
                                  const std::vector<ColumnNames>& known = {}, const ImportOptions* options = nullptr);

/// The bytes of a file up to a limit; nothing, and a problem, when it cannot be read or is larger.
std::optional<std::string> read_bytes(const std::string& path, std::vector<FileProblem>& problems);

/// The last part of a path, for messages.
std::string file_name(const std::string& path);

/// The source's column for one of ours: by --map first, then by the usual names, then by names that say a little more
/// (「ごみの品目（50音順）」, 「品目・品名」).
std::optional<std::size_t> source_column(const Table& table, const ImportOptions& options, const ColumnNames& names,
                                         std::vector<FileProblem>& problems);

/// Says which of two columns is not there, what the file has, and how to name it.
void report_missing(const Table& table, const std::string& ours, std::vector<FileProblem>& problems);

/// A CSV file of ours: header and rows, UTF-8 with BOM so that Excel reads it.
std::string write_csv(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);

/// A day as offices write it: 2027-03-31, 2027/3/31, 2027年3月31日, 令和9年3月31日, R9.3.31; a time of day behind it is left out.
std::optional<Date> published_date(std::string_view text);

/// Text without HTML tags; <br> becomes a line break.
std::string plain_text(std::string_view html);

}  // namespace kairan::intents

// The importers by kind. Each reads its source into files to be written; nothing touches the target folder here.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

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

/// A source table whatever its wrapping: metadata lines that begin with # are read (their #property row is the header,
/// #attribution_name the city), then the header row, then the data.
struct Source {
  Table table;
  std::string city;
  bool metadata = false;
};
std::optional<Source> read_source(const std::string& path, std::vector<FileProblem>& problems);

/// The bytes of a file up to a limit; nothing, and a problem, when it cannot be read or is larger.
std::optional<std::string> read_bytes(const std::string& path, std::vector<FileProblem>& problems);

/// The last part of a path, for messages.
std::string file_name(const std::string& path);

/// The source's column for one of ours: by --map first, then by the usual names.
std::optional<std::size_t> source_column(const Table& table, const ImportOptions& options, const std::string& ours,
                                         std::initializer_list<std::string_view> usual,
                                         std::vector<FileProblem>& problems);

/// A CSV file of ours: header and rows, UTF-8 with BOM so that Excel reads it.
std::string write_csv(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);

/// Text without HTML tags; <br> becomes a line break.
std::string plain_text(std::string_view html);

}  // namespace kairan::intents

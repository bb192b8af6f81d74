// The ledger of a send without a store: one file, a JSON object a line, each line synced before anything that follows from it.
//
//   {"order":ID,"kind":"live","created":MS,"title":...,"by":...,"areas":...,"people":N,"batches":N,"print":HEX,
//    "texts":{...}}                                    first line; kind is live or drill
//   {"try":BATCH,"at":MS}                              before a request leaves
//   {"end":BATCH,"outcome":"accepted","people":N,"at":MS,"request":ID}   accepted, refused or split
//   {"taken_over":MS}                                  it is in the register
//
// Batches are numbered; a batch that was halved has "N.0" and "N.1". Which people a batch has follows from the snapshot, whose
// print is in the first line; the file itself names nobody. A last line that was cut off is dropped.
// A file belongs to one process at a time (flock). Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/localized.h"
#include "base/result.h"
#include "broadcasts/document.h"

namespace kairan::gateway {

struct FileOrder {
  std::string id;
  broadcasts::Kind kind = broadcasts::Kind::kLive;  ///< kLive or kDrill: a practice needs no ledger
  TimePoint created;
  std::string title, by;
  std::string areas;  ///< as people read it
  Localized texts;
  std::uint64_t people = 0, batches = 0;
  std::string print;  ///< of everything that is sent and to whom: another snapshot or text is another order
};

struct FileBatch {
  std::optional<TimePoint> first_try;
  std::string outcome;  ///< "accepted", "refused", "split"; "" while it is open
  std::uint64_t people = 0;
  std::optional<TimePoint> ended;
};

class FileLedger {
 public:
  /// Opens the file, or makes it (0600) with this order as its first line.
  /// @return kConflict when another process has it, or when it is of an order with another print
  static Result<std::unique_ptr<FileLedger>> open(const std::string& path, const FileOrder& order);
  /// Opens an existing file, whatever its order.
  static Result<std::unique_ptr<FileLedger>> open(const std::string& path);
  ~FileLedger();
  FileLedger(const FileLedger&) = delete;

  const FileOrder& order() const { return order_; }
  FileBatch batch(const std::string& name) const;
  std::map<std::string, FileBatch> batches() const;
  std::optional<TimePoint> taken_over() const;

  /// Synced when it returns success; on failure nothing may leave.
  Status begin_try(const std::string& name, TimePoint now);
  Status end(const std::string& name, std::string_view outcome, std::uint64_t people, std::string_view request,
             TimePoint now);
  Status note_taken_over(TimePoint now);

 private:
  explicit FileLedger(int fd) : fd_(fd) {}
  static Result<std::unique_ptr<FileLedger>> open_file(const std::string& path, const FileOrder* order);
  Status load();
  Status append(const std::string& line);
  void apply(std::string_view line);

  const int fd_;
  FileOrder order_;
  mutable std::mutex mutex_;
  std::map<std::string, FileBatch> batches_;  // guarded by mutex_
  std::optional<TimePoint> taken_over_;       // guarded by mutex_
};

}  // namespace kairan::gateway

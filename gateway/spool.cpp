#include "gateway/spool.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>

#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"

namespace kairan::gateway {
namespace {

constexpr std::uint64_t kHoldBytes = 64 * 1024;  // a remainder this small is handed over in well under max_hold
constexpr std::size_t kBatchBytes = 1u << 20;
constexpr std::time_t kUnbornSeconds = 60;  // a file still being made after this long lost its maker

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// Names in the folder that end in `end`, in order, which is the order of their making.
Result<std::vector<std::string>> names_in(const std::string& folder, std::string_view end) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), none; !error && it != none; it.increment(error)) {
    std::string name = it->path().filename().string();
    if (ends_with(name, end)) names.push_back(std::move(name));
  }
  if (error) return Error{ErrorCode::kUnavailable, "spool: cannot list " + folder + ": " + error.message()};
  std::sort(names.begin(), names.end());
  return names;
}

void remove_unborn(const std::string& folder) {
  const auto names = names_in(folder, ".new");
  if (!names) return;
  for (const std::string& name : *names) {
    const std::string path = folder + "/" + name;
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && status.st_mtime + kUnbornSeconds < std::time(nullptr)) {
      ::unlink(path.c_str());
    }
  }
}

}  // namespace

Spool::Spool(SpoolOptions options) : options_(std::move(options)) {}
Spool::~Spool() = default;

Result<std::unique_ptr<Spool>> Spool::open(SpoolOptions options) {
  std::error_code error;
  const std::filesystem::path folder(options.folder);
  if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), error);
  if (::mkdir(options.folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error{ErrorCode::kUnavailable, "spool: cannot make " + options.folder + ": " + std::strerror(errno)};
  }
  std::unique_ptr<Spool> spool(new Spool(std::move(options)));
  remove_unborn(spool->options_.folder);
  if (const auto adopted = spool->adopt(); !adopted) return adopted.error();
  return spool;
}

Result<std::size_t> Spool::adopt() {
  std::lock_guard running(replay_mutex_);  // the front file belongs to a running replay
  const auto names = names_in(options_.folder, ".spool");
  if (!names) return names.error();
  std::deque<std::unique_ptr<SpoolFile>> orphans;
  for (const std::string& name : *names) {
    auto file = SpoolFile::adopt(options_.folder, name);
    if (!file) return file.error();
    if (*file) orphans.push_back(std::make_unique<SpoolFile>(std::move(**file)));
  }
  if (orphans.empty()) return std::size_t{0};
  std::uint64_t bytes = 0;
  for (const auto& orphan : orphans) bytes += orphan->durable_bytes();
  log::info("spool.adopted", {{"files", orphans.size()}, {"bytes", bytes}});
  const std::size_t count = orphans.size();
  std::lock_guard lock(mutex_);
  for (; !orphans.empty(); orphans.pop_back()) sealed_.push_front(std::move(orphans.back()));
  bytes_ += bytes;
  empty_ = false;
  return count;
}

Status Spool::append(std::string_view record) {
  const Result<bool> stored = put(record, false);
  if (!stored) return stored.error();
  return {};
}

Result<bool> Spool::append_behind(std::string_view record) {
  return put(record, true);
}

Result<bool> Spool::put(std::string_view record, bool behind) {
  if (record.size() > kMaxSpoolRecord) return Error{ErrorCode::kTooLarge, "spool: a record is over 16 MiB"};
  std::unique_lock lock(mutex_);
  if (behind && empty_) return false;
  if (bytes_ + record.size() + kSpoolRecordHead > options_.max_bytes) {
    return Error{ErrorCode::kTooLarge, "spool: full (spool.max_bytes)"};
  }
  empty_ = false;
  Waiter me;
  me.record = record;
  me.behind = behind;
  pending_.push_back(&me);
  const auto patience = std::chrono::steady_clock::now() + options_.max_hold;
  while (!me.done) {
    if (holding_) {
      if (changed_.wait_until(lock, patience) == std::cv_status::timeout) holding_ = false;
    } else if (!writing_ && !sealing_) {
      write_batch(lock);
    } else {
      changed_.wait(lock);
    }
  }
  if (!me.status) return me.status.error();
  return !me.drained;
}

/// Writes for everyone who waits, with one sync.
void Spool::write_batch(std::unique_lock<std::mutex>& lock) {
  std::vector<Waiter*> batch;
  batch.swap(pending_);
  if (active_ && active_->durable_bytes() >= options_.max_file_bytes) sealed_.push_back(std::move(active_));
  writing_ = true;
  lock.unlock();
  const Status status = store(batch);
  lock.lock();
  if (!status) give_up_active();
  writing_ = false;
  for (Waiter* waiter : batch) {
    waiter->status = status;
    waiter->done = true;
  }
  refresh_empty();
  changed_.notify_all();
}

Status Spool::store(const std::vector<Waiter*>& batch) {
  if (!active_) {
    auto made = SpoolFile::create(options_.folder, next_name(), options_.calls);
    if (!made) return made.error();
    active_ = std::make_unique<SpoolFile>(std::move(made).value());
    bytes_ += active_->durable_bytes();
  }
  std::string encoded;
  for (const Waiter* waiter : batch) encode_spool_record(++sequence_, waiter->record, encoded);
  Status written = active_->append(encoded, options_.calls);
  if (written) bytes_ += encoded.size();
  return written;
}

/// After an error the file is only read: what was durable before is still owed to those who were told so.
void Spool::give_up_active() {
  if (!active_) return;
  if (active_->unread_bytes() > 0) {
    sealed_.push_back(std::move(active_));
    return;
  }
  bytes_ -= active_->durable_bytes();
  active_->remove();
  active_.reset();
}

void Spool::refresh_empty() {
  empty_ = !active_ && sealed_.empty() && pending_.empty();
}

/// Later files sort behind earlier ones, also within a millisecond and when the clock goes back.
std::string Spool::next_name() {
  last_name_ms_ = std::max(to_unix_ms(SystemClock().now()), last_name_ms_ + 1);
  return make_ulid(from_unix_ms(last_name_ms_)) + ".spool";
}

Status Spool::replay(const std::function<Status(std::string_view record)>& take) {
  return replay_batches(1, [&](const std::vector<std::string>& records) { return take(records.front()); });
}

Status Spool::replay_batches(std::size_t max_records,
                             const std::function<Status(const std::vector<std::string>&)>& take) {
  std::lock_guard running(replay_mutex_);
  for (;;) {
    SpoolFile* file = nullptr;
    {
      std::unique_lock lock(mutex_);
      sealing_ = true;  // keeps the next writer back, so that this wait ends with the current one
      changed_.wait(lock, [this] { return !writing_; });
      sealing_ = false;
      if (active_) sealed_.push_back(std::move(active_));
      if (sealed_.empty()) {
        holding_ = false;
        const auto held = std::stable_partition(pending_.begin(), pending_.end(), [](Waiter* w) { return !w->behind; });
        for (auto it = held; it != pending_.end(); ++it) (*it)->done = (*it)->drained = true;
        pending_.erase(held, pending_.end());
        refresh_empty();
        changed_.notify_all();
        return {};
      }
      std::uint64_t left = 0;
      for (const auto& sealed : sealed_) left += sealed->unread_bytes();
      holding_ = left <= kHoldBytes;
      changed_.notify_all();
      file = sealed_.front().get();
    }
    const Status replayed = replay_file(*file, max_records, take);
    std::lock_guard lock(mutex_);
    if (!replayed) {
      holding_ = false;
      changed_.notify_all();
      return replayed;
    }
    bytes_ -= file->durable_bytes();
    file->remove();
    sealed_.pop_front();
  }
}

Status Spool::replay_file(SpoolFile& file, std::size_t max_records,
                          const std::function<Status(const std::vector<std::string>&)>& take) {
  for (;;) {
    std::vector<std::string> records;
    std::size_t bytes = 0;
    while (records.size() < max_records && bytes < kBatchBytes) {
      auto record = file.next();
      if (!record) {
        file.rewind();
        return record.error();
      }
      if (!*record) break;
      bytes += (*record)->size();
      records.push_back(std::move(**record));
    }
    if (records.empty()) break;
    if (Status taken = take(records); !taken) {
      file.rewind();
      return taken;
    }
    file.advance();
  }
  if (file.dropped_bytes() > 0) {
    dropped_ += file.dropped_bytes();
    log::warn("spool.torn_tail_dropped", {{"file", file.path()}, {"bytes", file.dropped_bytes()}});
  }
  return {};
}

}  // namespace kairan::gateway

#include "gateway/emergency/file_ledger.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"

namespace kairan::gateway {
namespace {

using nlohmann::json;

constexpr std::size_t kLedgerMaxBytes = std::size_t{64} << 20;

Error problem(const std::string& what) {
  return {ErrorCode::kUnavailable, what + ": " + std::strerror(errno)};
}

std::uint64_t number_in(const json& object, std::string_view key) {
  const json* const found = json_member(object, key);
  return found != nullptr && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::optional<TimePoint> time(const json& object, std::string_view key) {
  const json* const found = json_member(object, key);
  if (found == nullptr || !found->is_number_integer()) return {};
  return from_unix_ms(found->get<std::int64_t>());
}

json order_json(const FileOrder& order) {
  return {{"order", order.id},
          {"kind", broadcasts::kind_name(order.kind)},
          {"created", to_unix_ms(order.created)},
          {"title", order.title},
          {"by", order.by},
          {"areas", order.areas},
          {"people", order.people},
          {"batches", order.batches},
          {"print", order.print},
          {"texts", order.texts}};
}

}  // namespace

Result<std::unique_ptr<FileLedger>> FileLedger::open(const std::string& path, const FileOrder& order) {
  return open_file(path, &order);
}

Result<std::unique_ptr<FileLedger>> FileLedger::open(const std::string& path) {
  return open_file(path, nullptr);
}

Result<std::unique_ptr<FileLedger>> FileLedger::open_file(const std::string& path, const FileOrder* order) {
  const int fd =
      ::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | (order != nullptr ? O_CREAT : 0), 0600);
  if (fd < 0) return errno == ENOENT ? Error{ErrorCode::kNotFound, path} : problem(path);
  std::unique_ptr<FileLedger> ledger(new FileLedger(fd));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
    return Error{ErrorCode::kConflict, "ほかの処理がこの台帳で送信しています: " + path};
  if (const Status loaded = ledger->load(); !loaded) return loaded.error().within(path);
  if (ledger->order_.id.empty()) {
    if (order == nullptr) return Error{ErrorCode::kSyntax, "緊急送信の台帳ではありません: " + path};
    if (const Status written = ledger->append(dump_json(order_json(*order))); !written)
      return written.error().within(path);
    std::string folder = std::filesystem::path(path).parent_path().string();
    if (folder.empty()) folder = ".";
    const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = directory >= 0 && ::fsync(directory) == 0;
    if (directory >= 0) ::close(directory);
    if (!synced) return problem(folder);
  } else if (order != nullptr && ledger->order_.print != order->print) {
    return Error{ErrorCode::kConflict, "この台帳は、別の文面・対象・名簿で始めた送信のものです: " + path};
  }
  return ledger;
}

FileLedger::~FileLedger() {
  ::close(fd_);
}

Status FileLedger::load() {
  struct stat about {};
  if (::fstat(fd_, &about) != 0) return problem("stat");
  if (static_cast<std::size_t>(about.st_size) > kLedgerMaxBytes)
    return Error{ErrorCode::kTooLarge, "the ledger is too large"};
  std::string bytes(static_cast<std::size_t>(about.st_size), '\0');
  std::size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t read = ::pread(fd_, bytes.data() + got, bytes.size() - got, static_cast<off_t>(got));
    if (read < 0 && errno == EINTR) continue;
    if (read <= 0) return problem("read");
    got += static_cast<std::size_t>(read);
  }
  const std::size_t last = bytes.rfind('\n');
  const std::size_t whole = last == std::string::npos ? 0 : last + 1;
  // What was cut off was not synced, so nothing followed from it; the next line must not be glued to it.
  if (whole < bytes.size() && (::ftruncate(fd_, static_cast<off_t>(whole)) != 0 || ::fsync(fd_) != 0))
    return problem("truncate");
  std::string_view rest = std::string_view(bytes).substr(0, whole);
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    apply(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  if (whole > 0 && order_.id.empty()) return Error{ErrorCode::kSyntax, "緊急送信の台帳ではありません"};
  return {};
}

void FileLedger::apply(std::string_view line) {
  const auto object = parse_json(line);
  if (!object || !object->is_object()) return;
  if (const std::string id = json_text(*object, "order"); !id.empty()) {
    order_.id = id;
    order_.kind = broadcasts::parse_kind(json_text(*object, "kind")).value_or(broadcasts::Kind::kLive);
    order_.created = time(*object, "created").value_or(TimePoint());
    order_.title = json_text(*object, "title");
    order_.by = json_text(*object, "by");
    order_.areas = json_text(*object, "areas");
    order_.people = number_in(*object, "people");
    order_.batches = number_in(*object, "batches");
    order_.print = json_text(*object, "print");
    if (const json* const texts = json_member(*object, "texts"); texts != nullptr && texts->is_object()) {
      for (const auto& [language, text] : texts->items()) {
        if (text.is_string()) order_.texts[language] = text.get<std::string>();
      }
    }
  } else if (const std::string tried = json_text(*object, "try"); !tried.empty()) {
    FileBatch& batch = batches_[tried];
    if (!batch.first_try) batch.first_try = time(*object, "at");
  } else if (const std::string ended = json_text(*object, "end"); !ended.empty()) {
    FileBatch& batch = batches_[ended];
    batch.outcome = json_text(*object, "outcome");
    batch.people = number_in(*object, "people");
    batch.ended = time(*object, "at");
  } else if (const auto at = time(*object, "taken_over")) {
    taken_over_ = at;
  }
}

Status FileLedger::append(const std::string& line) {
  const std::lock_guard lock(mutex_);
  const std::string bytes = line + "\n";
  std::size_t put = 0;
  while (put < bytes.size()) {
    const ssize_t wrote = ::write(fd_, bytes.data() + put, bytes.size() - put);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return problem("ledger");
    put += static_cast<std::size_t>(wrote);
  }
  if (::fdatasync(fd_) != 0) return problem("ledger");
  apply(line);
  return {};
}

FileBatch FileLedger::batch(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = batches_.find(name);
  return found == batches_.end() ? FileBatch() : found->second;
}

std::map<std::string, FileBatch> FileLedger::batches() const {
  const std::lock_guard lock(mutex_);
  return batches_;
}

std::optional<TimePoint> FileLedger::taken_over() const {
  const std::lock_guard lock(mutex_);
  return taken_over_;
}

Status FileLedger::begin_try(const std::string& name, TimePoint now) {
  return append(dump_json(json{{"try", name}, {"at", to_unix_ms(now)}}));
}

Status FileLedger::end(const std::string& name, std::string_view outcome, std::uint64_t people,
                       std::string_view request, TimePoint now) {
  return append(dump_json(
      json{{"end", name}, {"outcome", outcome}, {"people", people}, {"request", request}, {"at", to_unix_ms(now)}}));
}

Status FileLedger::note_taken_over(TimePoint now) {
  return append(dump_json(json{{"taken_over", to_unix_ms(now)}}));
}

}  // namespace kairan::gateway

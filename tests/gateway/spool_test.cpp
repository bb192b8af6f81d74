#include "gateway/spool.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "base/log.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace kairan::gateway {
namespace {

namespace fs = std::filesystem;
using test::TempDir;

SpoolOptions options_in(const TempDir& dir) {
  SpoolOptions options;
  options.folder = dir.file("spool");
  return options;
}

std::unique_ptr<Spool> open_spool(SpoolOptions options) {
  auto spool = Spool::open(std::move(options));
  REQUIRE(spool.ok());
  return std::move(spool).value();
}

std::vector<std::string> drain(Spool& spool) {
  std::vector<std::string> records;
  const Status status = spool.replay([&](std::string_view record) -> Status {
    records.emplace_back(record);
    return {};
  });
  REQUIRE(status.ok());
  return records;
}

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out << bytes;
}

TEST_CASE("records come back once each, in order, and their files go") {
  TempDir dir;
  auto spool = open_spool(options_in(dir));
  CHECK(spool->empty());
  std::vector<std::string> written;
  for (int i = 0; i < 50; ++i) {
    written.push_back("record " + std::to_string(i) + std::string(static_cast<std::size_t>(i * 37), '\0'));
    REQUIRE(spool->append(written.back()).ok());
  }
  CHECK_FALSE(spool->empty());
  CHECK(drain(*spool) == written);
  CHECK(spool->empty());
  CHECK(spool->bytes() == 0);
  CHECK(files_in(dir.file("spool")).empty());
}

TEST_CASE("only the owner can read the spool's folder and files") {
  TempDir dir;
  auto spool = open_spool(options_in(dir));
  REQUIRE(spool->append("x").ok());
  struct stat status {};
  REQUIRE(::stat(dir.file("spool").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
  REQUIRE(::stat((dir.file("spool") + "/" + files_in(dir.file("spool")).at(0)).c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("an append returns only after its bytes, and a new file's folder, were synced") {
  TempDir dir;
  SpoolOptions options = options_in(dir);
  std::vector<std::string> calls;
  const SpoolCalls real = real_spool_calls();
  options.calls.write = [&](int fd, const char* data, std::size_t size) {
    calls.push_back("write");
    return real.write(fd, data, size);
  };
  options.calls.sync = [&](int fd) {
    struct stat status {};
    ::fstat(fd, &status);
    calls.push_back(S_ISDIR(status.st_mode) ? "sync folder" : "sync file");
    return real.sync(fd);
  };
  auto spool = open_spool(options);
  REQUIRE(spool->append("one").ok());
  CHECK(calls == std::vector<std::string>{"write", "sync folder", "write", "sync file"});
  calls.clear();
  REQUIRE(spool->append("two").ok());
  CHECK(calls == std::vector<std::string>{"write", "sync file"});
}

TEST_CASE("an append that cannot be made durable says so, and nothing acknowledged is lost by it") {
  enum class Fault { kWrite, kShortWrite, kFileSync, kFolderSync };
  struct Case {
    const char* label;
    Fault fault;
    bool first_append;  // fail the first append of all, or one after a success
  };
  const auto c = GENERATE(values<Case>({{"write fails at first", Fault::kWrite, true},
                                        {"write fails later", Fault::kWrite, false},
                                        {"half a record is written, then the disk is full", Fault::kShortWrite, false},
                                        {"sync fails at first", Fault::kFileSync, true},
                                        {"sync fails later", Fault::kFileSync, false},
                                        {"the folder's sync fails", Fault::kFolderSync, true}}));
  CAPTURE(c.label);
  TempDir dir;
  bool failing = false;
  SpoolOptions options = options_in(dir);
  const SpoolCalls real = real_spool_calls();
  options.calls.write = [&](int fd, const char* data, std::size_t size) -> ssize_t {
    if (failing && c.fault == Fault::kShortWrite && size > 4) return real.write(fd, data, size / 2);
    if (failing && (c.fault == Fault::kWrite || c.fault == Fault::kShortWrite)) {
      errno = ENOSPC;
      return -1;
    }
    return real.write(fd, data, size);
  };
  options.calls.sync = [&](int fd) {
    struct stat status {};
    ::fstat(fd, &status);
    const bool folder = S_ISDIR(status.st_mode);
    if (failing && ((c.fault == Fault::kFileSync && !folder) || (c.fault == Fault::kFolderSync && folder))) {
      errno = EIO;
      return -1;
    }
    return real.sync(fd);
  };
  auto spool = open_spool(options);
  std::vector<std::string> acknowledged;
  if (!c.first_append) {
    REQUIRE(spool->append("before").ok());
    acknowledged.emplace_back("before");
  }
  const auto before = files_in(dir.file("spool"));

  failing = true;
  const Status failed = spool->append("refused");
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().code == ErrorCode::kUnavailable);
  CHECK_FALSE(failed.error().detail.empty());
  CHECK(spool->empty() == acknowledged.empty());

  failing = false;
  REQUIRE(spool->append("after").ok());
  acknowledged.emplace_back("after");
  if (!before.empty()) CHECK(files_in(dir.file("spool")).size() == 2);  // the file that failed is not written to again

  CHECK(drain(*spool) == acknowledged);
  CHECK(files_in(dir.file("spool")).empty());
}

TEST_CASE("a tail torn at any byte loses nothing before it and yields nothing false") {
  TempDir dir;
  const std::vector<std::string> records{"first", std::string(300, 'x'), "", "last one"};
  std::string whole;
  std::vector<std::size_t> ends;  // how many bytes hold 1, 2, ... records
  {
    auto spool = open_spool(options_in(dir));
    for (const std::string& record : records) {
      REQUIRE(spool->append(record).ok());
      ends.push_back(spool->bytes());
    }
    whole = content_of(dir.file("spool") + "/" + files_in(dir.file("spool")).at(0));
  }
  REQUIRE(whole.size() == ends.back());
  log::set_level(log::Level::kError);  // hundreds of torn tails are meant here
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    TempDir other;
    fs::create_directory(other.file("spool"));
    write_file(other.file("spool") + "/01.spool", whole.substr(0, cut));
    const auto whole_records = std::upper_bound(ends.begin(), ends.end(), cut) - ends.begin();
    auto spool = open_spool(options_in(other));
    const std::vector<std::string> expected(records.begin(), records.begin() + whole_records);
    if (drain(*spool) != expected || !files_in(other.file("spool")).empty()) FAIL("cut at byte " << cut);
    const std::size_t clean = whole_records > 0 ? ends[static_cast<std::size_t>(whole_records - 1)] : 8;
    if (spool->dropped_bytes() != (cut == clean ? 0 : cut < 8 ? cut : cut - clean)) FAIL("dropped, cut at " << cut);
  }
  log::set_level(log::Level::kInfo);
}

TEST_CASE("a record with any byte changed is never handed over") {
  TempDir dir;
  std::string whole;
  {
    auto spool = open_spool(options_in(dir));
    REQUIRE(spool->append("the good record").ok());
    whole = content_of(dir.file("spool") + "/" + files_in(dir.file("spool")).at(0));
  }
  for (std::size_t i = 0; i < whole.size(); ++i) {
    TempDir other;
    fs::create_directory(other.file("spool"));
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0x40);
    write_file(other.file("spool") + "/01.spool", changed);
    auto spool = open_spool(options_in(other));
    if (!drain(*spool).empty()) FAIL("byte " << i);
  }
}

TEST_CASE("appenders that come together each get their record stored exactly once, sharing syncs") {
  TempDir dir;
  std::atomic<int> syncs{0};
  SpoolOptions options = options_in(dir);
  const SpoolCalls real = real_spool_calls();
  options.calls.sync = [&](int fd) {
    ++syncs;
    return real.sync(fd);
  };
  auto spool = open_spool(options);
  constexpr int kThreads = 16, kEach = 40;
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        if (!spool->append(std::to_string(t) + ":" + std::to_string(i)).ok()) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failures == 0);
  const auto records = drain(*spool);
  CHECK(records.size() == kThreads * kEach);
  CHECK(std::set<std::string>(records.begin(), records.end()).size() == kThreads * kEach);
  std::map<std::string, int> next;  // each thread's own records stay in order
  bool in_order = true;
  for (const std::string& record : records) {
    const auto colon = record.find(':');
    in_order = in_order && next[record.substr(0, colon)]++ == std::stoi(record.substr(colon + 1));
  }
  CHECK(in_order);
  CHECK(syncs < kThreads * kEach);
}

TEST_CASE("appends and replays at the same time lose and double nothing, and the spool ends empty") {
  TempDir dir;
  SpoolOptions options = options_in(dir);
  options.max_file_bytes = 2000;  // many files
  auto spool = open_spool(options);
  std::mutex mutex;
  std::vector<std::string> taken;
  std::atomic<bool> writing{true};
  std::atomic<int> direct{0}, failures{0};
  std::thread replayer([&] {
    for (bool last = false; !last;) {
      last = !writing;
      const Status status = spool->replay_batches(16, [&](const std::vector<std::string>& records) -> Status {
        std::lock_guard lock(mutex);
        taken.insert(taken.end(), records.begin(), records.end());
        return {};
      });
      if (!status.ok()) ++failures;
    }
  });
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        const std::string record = std::to_string(t) + ":" + std::to_string(i);
        const bool behind = i % 2 == 0;
        const Result<bool> stored = behind ? spool->append_behind(record) : Result<bool>(spool->append(record).ok());
        if (!stored.ok()) ++failures;
        if (stored.ok() && !*stored) {
          ++direct;
          std::lock_guard lock(mutex);
          taken.push_back(record);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  writing = false;
  replayer.join();
  CHECK(failures == 0);
  CHECK(taken.size() == 800);
  CHECK(std::set<std::string>(taken.begin(), taken.end()).size() == 800);
  CHECK(spool->empty());
  CHECK(spool->bytes() == 0);
}

TEST_CASE("a replay stops at the first error and goes on with that record the next time") {
  TempDir dir;
  auto spool = open_spool(options_in(dir));
  for (const char* record : {"a", "b", "c"}) REQUIRE(spool->append(record).ok());
  std::vector<std::string> seen;
  const Status status = spool->replay([&](std::string_view record) -> Status {
    seen.emplace_back(record);
    if (record == "b") return Error{ErrorCode::kUnavailable, "away"};
    return {};
  });
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().detail == "away");
  CHECK(seen == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(spool->empty());
  REQUIRE(spool->append("d").ok());
  CHECK(drain(*spool) == std::vector<std::string>{"b", "c", "d"});
  CHECK(spool->empty());
}

TEST_CASE("who comes while the last records are handed over learns that it may go direct") {
  TempDir dir;
  SpoolOptions options = options_in(dir);
  options.max_hold = std::chrono::seconds(30);
  auto spool = open_spool(options);
  REQUIRE(spool->append("only").ok());
  std::promise<void> in_replay;
  std::promise<void> go_on;
  std::thread replayer([&] {
    (void)spool->replay([&](std::string_view) -> Status {
      in_replay.set_value();
      go_on.get_future().wait();
      return {};
    });
  });
  in_replay.get_future().wait();
  auto late = std::async(std::launch::async, [&] { return spool->append_behind("late"); });
  CHECK(late.wait_for(std::chrono::milliseconds(50)) == std::future_status::timeout);
  go_on.set_value();
  const Result<bool> stored = late.get();
  replayer.join();
  REQUIRE(stored.ok());
  CHECK_FALSE(*stored);
  CHECK(spool->empty());
}

TEST_CASE("a hung replay holds an appender no longer than max_hold") {
  TempDir dir;
  SpoolOptions options = options_in(dir);
  options.max_hold = std::chrono::milliseconds(20);
  auto spool = open_spool(options);
  REQUIRE(spool->append("only").ok());
  std::promise<void> in_replay, go_on;
  std::vector<std::string> seen;
  std::thread replayer([&] {
    (void)spool->replay([&](std::string_view record) -> Status {
      seen.emplace_back(record);
      if (seen.size() == 1) {
        in_replay.set_value();
        go_on.get_future().wait();
      }
      return {};
    });
  });
  in_replay.get_future().wait();
  const Result<bool> stored = spool->append_behind("late");
  REQUIRE(stored.ok());
  CHECK(*stored);
  go_on.set_value();
  replayer.join();
  CHECK(seen == std::vector<std::string>{"only", "late"});
}

TEST_CASE("nothing goes behind an empty spool") {
  TempDir dir;
  auto spool = open_spool(options_in(dir));
  const Result<bool> stored = spool->append_behind("x");
  REQUIRE(stored.ok());
  CHECK_FALSE(*stored);
  CHECK(files_in(dir.file("spool")).empty());
}

TEST_CASE("a full spool refuses, and takes again when it is drained") {
  TempDir dir;
  SpoolOptions options = options_in(dir);
  options.max_bytes = 1000;
  auto spool = open_spool(options);
  REQUIRE(spool->append(std::string(700, 'a')).ok());
  const Status full = spool->append(std::string(700, 'b'));
  REQUIRE_FALSE(full.ok());
  CHECK(full.error().code == ErrorCode::kTooLarge);
  CHECK(drain(*spool).size() == 1);
  CHECK(spool->append(std::string(700, 'c')).ok());
  CHECK(spool->append(std::string(kMaxSpoolRecord + 1, 'd')).error().code == ErrorCode::kTooLarge);
}

TEST_CASE("the files of a living process are left alone, those of a dead one are taken over in order") {
  TempDir dir;
  auto first = open_spool(options_in(dir));
  REQUIRE(first->append("1").ok());
  auto second = open_spool(options_in(dir));
  CHECK(second->empty());
  REQUIRE(second->append("2").ok());

  first.reset();  // its locks go, as they do when a process is killed
  const auto adopted = second->adopt();
  REQUIRE(adopted.ok());
  CHECK(*adopted == 1);
  CHECK(drain(*second) == std::vector<std::string>{"1", "2"});

  auto third = open_spool(options_in(dir));
  CHECK(third->empty());
}

TEST_CASE("what a process had stored when it was killed is found at the next start") {
  TempDir dir, image;
  auto spool = open_spool(options_in(dir));
  fs::create_directory(image.file("spool"));
  std::size_t acknowledged = 0;
  for (int i = 0; i < 20; ++i) {
    REQUIRE(spool->append("event " + std::to_string(i)).ok());
    ++acknowledged;
    if (i == 12) {  // the disk as a kill would leave it here, with a record half written
      for (const std::string& name : files_in(dir.file("spool"))) {
        std::string half;
        encode_spool_record(99, "never acknowledged", half);
        write_file(image.file("spool") + "/" + name,
                   content_of(dir.file("spool") + "/" + name) + half.substr(0, half.size() / 2));
      }
      break;
    }
  }
  auto next = open_spool(options_in(image));
  CHECK_FALSE(next->empty());
  const auto records = drain(*next);
  CHECK(records.size() == acknowledged);
  CHECK(records.back() == "event 12");
  CHECK(next->dropped_bytes() > 0);
}

TEST_CASE("a spool without a usable folder does not open") {
  TempDir dir;
  write_file(dir.file("file"), "in the way");
  SpoolOptions options;
  options.folder = dir.file("file");
  const auto spool = Spool::open(options);
  REQUIRE_FALSE(spool.ok());
  CHECK(spool.error().code == ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace kairan::gateway

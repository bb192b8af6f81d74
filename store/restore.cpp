#include "store/restore.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "base/file_descriptor.h"
#include "store/alert_book.h"
#include "store/keys.h"
#include "store/redis_address.h"
#include "store/redis_client.h"
#include "store/redis_process.h"
#include "store/stored_number.h"

namespace kairan::store {
namespace {

constexpr std::size_t kKeysAtOnce = 200;
constexpr int kDatabases = 16;  ///< as Redis is set unless told otherwise
/// Reading the copy of a million subscribers takes some seconds.
constexpr std::chrono::minutes kReadPatience{10};
constexpr std::chrono::minutes kCommandPatience{2};

/// The redis-server that reads the copy; gone with the object.
class CopyServer {
 public:
  static Result<std::unique_ptr<CopyServer>> start(const std::string& folder) {
    const auto program = find_program("redis-server");
    if (!program) return program.error();
    RedisLaunch launch;
    launch.program = *program;
    launch.folder = folder;
    launch.arguments = {"--port",       "0",  "--unixsocket", "copy.sock", "--unixsocketperm", "700",    "--save", "",
                        "--appendonly", "no", "--daemonize",  "no",        "--dbfilename",     kCopyFile};
    const auto pid = launch_redis(launch);
    if (!pid) return pid.error();
    return std::unique_ptr<CopyServer>(new CopyServer(*pid));
  }
  ~CopyServer() {
    if (pid_ <= 0) return;
    kill(static_cast<pid_t>(pid_), SIGKILL);
    waitpid(static_cast<pid_t>(pid_), nullptr, 0);
  }
  CopyServer(const CopyServer&) = delete;

  /// Waits until the copy is read.
  Status wait(RedisClient& client) {
    const auto deadline = std::chrono::steady_clock::now() + kReadPatience;
    for (;;) {
      int status = 0;
      if (waitpid(static_cast<pid_t>(pid_), &status, WNOHANG) != 0) {
        pid_ = 0;
        return Error{ErrorCode::kCorrupt, "Redis cannot read the copy"};
      }
      if (client.ping(std::chrono::milliseconds(500))) return {};
      if (std::chrono::steady_clock::now() > deadline)
        return Error{ErrorCode::kTimeout, "reading the copy takes too long"};
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

 private:
  explicit CopyServer(long pid) : pid_(pid) {}
  long pid_;
};

std::unique_ptr<RedisClient> client_of(const std::string& url) {
  RedisOptions options;
  options.url = url;
  options.pool_size = 2;
  options.command_timeout = kCommandPatience;
  return std::make_unique<RedisClient>(options);
}

/// The same server, another database.
std::string with_database(const std::string& url, int database) {
  if (url.rfind("unix://", 0) == 0) return url.substr(0, url.find('?')) + "?db=" + std::to_string(database);
  const std::size_t slash = url.find('/', std::string("redis://").size());
  return url.substr(0, slash) + "/" + std::to_string(database);
}

Result<std::uint64_t> size_of(RedisClient& client) {
  const auto reply = client.command({"DBSIZE"});
  if (!reply) return reply.error();
  return static_cast<std::uint64_t>(reply->integer);
}

/// The store may be filled: it is empty, or may be replaced, and no gateway works on it.
Status check_target(RedisClient& target, const RestoreOptions& options) {
  const auto members = target.command({"ZCOUNT", keys::members(), std::to_string(to_unix_ms(options.now)), "+inf"});
  if (!members) return members.error();
  if (members->integer > 0) {
    return Error{ErrorCode::kConflict, "a gateway works on this store; stop it, wait half a minute and repeat"};
  }
  const auto size = size_of(target);
  if (!size) return size.error();
  if (*size > 0 && !options.replace) {
    return Error{ErrorCode::kConflict,
                 "the store holds " + std::to_string(*size) + " keys; --replace replaces them all"};
  }
  return {};
}

/// A database beside the store's that is empty, or holds what a restore left that was broken off.
Result<int> free_database(const RestoreOptions& options, int own) {
  for (int database = kDatabases - 1; database >= 0; --database) {
    if (database == own) continue;
    const auto client = client_of(with_database(options.redis_url, database));
    const auto half_done = client->command({"EXISTS", keys::restoring()});
    if (!half_done) continue;
    if (half_done->integer == 1) {
      const auto flushed = client->command({"FLUSHDB"});
      if (!flushed) return flushed.error();
    }
    const auto size = size_of(*client);
    if (size && *size == 0) return database;
  }
  return Error{ErrorCode::kConflict, "this Redis has no empty database beside the store's"};
}

Status carry(RedisClient& from, RedisClient& to, const std::vector<Reply>& names) {
  std::vector<Args> reads;
  for (const Reply& name : names) {
    reads.push_back({"DUMP", name.text});
    reads.push_back({"PTTL", name.text});
  }
  const auto values = from.pipeline(reads, kCommandPatience);
  if (!values) return values.error();
  std::vector<Args> writes;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Reply& dump = (*values)[i * 2];
    const Reply& ttl = (*values)[i * 2 + 1];
    if (dump.is_nil()) continue;  // it expired meanwhile
    writes.push_back(
        {"RESTORE", names[i].text, ttl.integer > 0 ? std::to_string(ttl.integer) : "0", dump.text, "REPLACE"});
  }
  if (writes.empty()) return {};
  const auto written = to.pipeline(writes, kCommandPatience);
  if (!written) return written.error();
  for (const Reply& reply : *written) {
    if (reply.is_error()) return error_of(reply).within("restore");
  }
  return {};
}

Status carry_all(RedisClient& from, RedisClient& to, const RestoreOptions& options) {
  const auto all = size_of(from);
  if (!all) return all.error();
  std::uint64_t done = 0;
  std::string cursor = "0";
  do {
    const auto reply = from.command({"SCAN", cursor, "COUNT", std::to_string(kKeysAtOnce)});
    if (!reply) return reply.error();
    if (reply->items.size() != 2) return Error{ErrorCode::kInternal, "SCAN answered otherwise"};
    cursor = reply->items[0].text;
    if (const Status carried = carry(from, to, reply->items[1].items); !carried) return carried;
    done += reply->items[1].items.size();
    if (options.progress) options.progress(done, *all);
  } while (cursor != "0");
  return {};
}

}  // namespace

Status restore_copy(const RestoreOptions& options) {
  const auto address = parse_redis_url(options.redis_url);
  if (!address) return address.error();
  const auto target = client_of(options.redis_url);
  if (const Status may = check_target(*target, options); !may) return may;

  auto server = CopyServer::start(options.copy_folder);
  if (!server) return server.error();
  // By way of the open folder, since the path of a socket must be short.
  const FileDescriptor folder(open(options.copy_folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto copy = client_of("unix:///proc/self/fd/" + std::to_string(folder.get()) +
                              "/copy.sock?db=" + std::to_string(options.copy_database));
  if (const Status read = (*server)->wait(*copy); !read) return read;

  const auto beside = free_database(options, address->database);
  if (!beside) return beside.error();
  const auto filling = client_of(with_database(options.redis_url, *beside));
  const auto marked = filling->command({"SET", keys::restoring(), time_field(options.now)});
  if (!marked) return marked.error();
  if (const Status carried = carry_all(*copy, *filling, options); !carried) return carried;
  // Who was alive when the copy was made is not now. Reminders that came due since the copy may have left before: only those
  // that come due from now on are made; so may warnings: of what was reported until now nothing goes out by itself.
  const std::string now = time_field(options.now);
  const auto noted = filling->pipeline({{"DEL", keys::members()},
                                        {"SET", keys::restored(), now},
                                        {"SET", keys::reminders(), now, "XX"},
                                        {"HSET", keys::alerts(), std::string(kAlertsRestored), now},
                                        {"DEL", keys::restoring()}});
  if (!noted) return noted.error();
  const auto swapped = target->command({"SWAPDB", std::to_string(address->database), std::to_string(*beside)});
  if (!swapped) return swapped.error().within("swap");
  // What the store held before lies in the database beside it now.
  const auto emptied = filling->command({"FLUSHDB"});
  return emptied ? Status()
                 : Status(emptied.error().within("the store is restored, but its former content is still there"));
}

Result<std::optional<TimePoint>> restored_at(RedisClient& redis) {
  const auto reply = redis.command({"GET", keys::restored()});
  if (!reply) return reply.error();
  if (reply->is_nil()) return std::optional<TimePoint>();
  return std::optional<TimePoint>(from_unix_ms(stored_number<std::int64_t>(reply->text)));
}

}  // namespace kairan::store

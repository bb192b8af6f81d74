#include "store/redis_client.h"

#include <algorithm>
#include <condition_variable>

#include "store/redis_connection.h"

namespace kairan::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// After a failed connect, calls fail at once for a time that doubles between these, so that a Redis that is away costs
/// its callers nothing; one call at a time tries again.
constexpr milliseconds kFirstPause{10};
constexpr milliseconds kLongestPause{200};
/// A connection left alone longer than this is looked at before use: the peer may have gone meanwhile.
constexpr milliseconds kTrusted{1000};

Error no_time() {
  return Error{ErrorCode::kUnavailable, "redis: every connection is in use until the deadline"};
}

/// Redis repeats the arguments of an unknown command in its error; arguments may hold resident data.
std::string without_arguments(const std::string& text) {
  return text.substr(0, std::min(text.find(", with args"), std::size_t{300}));
}

}  // namespace

Error error_of(const Reply& reply) {
  struct Rule {
    std::string_view prefix;
    ErrorCode code;
  };
  // Everything kUnavailable here is said before a command runs, and passes.
  static constexpr Rule kRules[] = {
      {"MOVED", ErrorCode::kConflict},         {"ASK", ErrorCode::kConflict},
      {"CLUSTERDOWN", ErrorCode::kConflict},   {"CROSSSLOT", ErrorCode::kConflict},
      {"LOADING", ErrorCode::kUnavailable},    {"BUSY", ErrorCode::kUnavailable},
      {"MISCONF", ErrorCode::kUnavailable},    {"OOM", ErrorCode::kUnavailable},
      {"MASTERDOWN", ErrorCode::kUnavailable}, {"READONLY", ErrorCode::kUnavailable},
      {"TRYAGAIN", ErrorCode::kUnavailable},   {"NOREPLICAS", ErrorCode::kUnavailable},
  };
  for (const Rule& rule : kRules) {
    if (!reply.text.starts_with(rule.prefix)) continue;
    const bool cluster = rule.code == ErrorCode::kConflict;
    return Error{rule.code, "redis: " + without_arguments(reply.text) +
                                (cluster ? " (Redis Cluster is not supported: give redis.url a single server)" : "")};
  }
  return Error{ErrorCode::kRefused, "redis: " + without_arguments(reply.text)};
}

class RedisClient::Impl {
 public:
  explicit Impl(RedisOptions options) : options_(std::move(options)), address_(parse_redis_url(options_.url)) {
    options_.url.clear();  // it may hold the password
  }

  using Pool = std::vector<std::unique_ptr<RedisConnection>>;

  /// One exchange on a leased connection. `encode` fills the request and may be called twice: a connection that proves
  /// dead before a byte was sent is replaced by a new one.
  template <typename Encode>
  Result<std::vector<Reply>> exchange(std::size_t count, const Encode& encode, milliseconds timeout, bool blocking) {
    if (count == 0) return std::vector<Reply>();
    if (const Status allowed = pass_fault(); !allowed) return allowed.error();
    const SteadyPoint deadline = steady_clock::now() + timeout;
    for (int attempt = 0;; ++attempt) {
      std::uint64_t generation = 0;
      auto lease = take(deadline, blocking, generation);
      if (!lease) return lease.error();
      std::unique_ptr<RedisConnection> connection = std::move(lease).value();
      encode(connection->request());
      auto replies = connection->exchange(count, deadline);
      if (replies) {
        give_back(std::move(connection), blocking, generation);
        if (!lose_reply()) return replies;
        return Error{ErrorCode::kTimeout, "redis: the reply was lost on purpose"};
      }
      connection.reset();
      // Before the deadline only a peer that went away breaks a connection, and then its siblings are dead too.
      drop_leased(blocking, steady_clock::now() < deadline);
      if (replies.error().code == ErrorCode::kUnavailable && attempt == 0 && steady_clock::now() < deadline) continue;
      return replies;
    }
  }

  void reset() {
    Pool closed, closed_blocking;  // closed after the lock is given back
    {
      std::lock_guard lock(mutex_);
      forget_idle(closed, closed_blocking);
      failures_ = 0;
    }
    returned_.notify_all();
  }

  void set_fault(std::function<bool(std::uint64_t)> allow) {
    std::lock_guard lock(fault_mutex_);
    allow_ = std::move(allow);
    calls_ = 0;
    faults_ = allow_ != nullptr || lose_ != nullptr;
  }
  void set_lost_reply(std::function<bool(std::uint64_t)> lose) {
    std::lock_guard lock(fault_mutex_);
    lose_ = std::move(lose);
    answers_ = 0;
    faults_ = allow_ != nullptr || lose_ != nullptr;
  }
  milliseconds default_timeout() const { return options_.command_timeout; }

 private:
  Result<std::unique_ptr<RedisConnection>> take(SteadyPoint deadline, bool blocking, std::uint64_t& generation) {
    if (!address_) return address_.error();
    std::unique_lock lock(mutex_);
    while (true) {
      generation = generation_;
      Pool& idle = blocking ? idle_blocking_ : idle_;
      if (!idle.empty()) {
        std::unique_ptr<RedisConnection> connection = std::move(idle.back());
        idle.pop_back();
        lock.unlock();
        if (steady_clock::now() - connection->last_used() < kTrusted || connection->is_quiet()) return connection;
        connection.reset();
        lock.lock();
        if (!blocking) --open_;
        continue;
      }
      // Blocking commands are few and long: they do not count, so that they cannot starve the others.
      if (blocking || open_ < options_.pool_size) break;
      ++waiting_;
      const auto status = returned_.wait_until(lock, deadline);
      --waiting_;
      if (status == std::cv_status::timeout && idle_.empty() && open_ >= options_.pool_size) return no_time();
    }
    const auto now = steady_clock::now();
    if (failures_ > 0 && (probing_ || now < retry_at_)) {
      return Error{ErrorCode::kUnavailable, "redis: away since the last try; the next one follows in a moment"};
    }
    const bool probe = failures_ > 0;
    probing_ = probing_ || probe;
    if (!blocking) ++open_;
    lock.unlock();
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - now) + milliseconds(1);
    auto opened = RedisConnection::open(*address_, std::min(left, options_.connect_timeout));
    lock.lock();
    if (probe) probing_ = false;
    if (opened) {
      failures_ = 0;
    } else {
      if (!blocking) --open_;
      const auto pause = std::min(kLongestPause, kFirstPause * (1 << std::min(failures_, 5)));
      ++failures_;
      retry_at_ = steady_clock::now() + pause;
      if (waiting_ > 0) returned_.notify_one();
    }
    return opened;
  }

  void give_back(std::unique_ptr<RedisConnection> connection, bool blocking, std::uint64_t generation) {
    bool wake = false;
    {
      std::lock_guard lock(mutex_);
      if (generation == generation_) {
        (blocking ? idle_blocking_ : idle_).push_back(std::move(connection));
      } else if (!blocking) {
        --open_;
      }
      wake = waiting_ > 0;
    }
    if (wake) returned_.notify_one();
  }

  void drop_leased(bool blocking, bool peer_gone) {
    Pool closed, closed_blocking;
    {
      std::lock_guard lock(mutex_);
      if (!blocking) --open_;
      if (peer_gone) forget_idle(closed, closed_blocking);
    }
    returned_.notify_all();
  }

  /// Needs mutex_. Connections on lease belong to the former generation and are closed when they come back.
  void forget_idle(Pool& closed, Pool& closed_blocking) {
    ++generation_;
    open_ -= idle_.size();
    closed.swap(idle_);
    closed_blocking.swap(idle_blocking_);
  }

  Status pass_fault() {
    if (!faults_.load(std::memory_order_relaxed)) return {};
    std::lock_guard lock(fault_mutex_);
    if (!allow_ || allow_(calls_++)) return {};
    return Error{ErrorCode::kUnavailable, "redis: the call was failed on purpose"};
  }
  bool lose_reply() {
    if (!faults_.load(std::memory_order_relaxed)) return false;
    std::lock_guard lock(fault_mutex_);
    return lose_ && lose_(answers_++);
  }

  RedisOptions options_;
  const Result<RedisAddress> address_;

  std::mutex mutex_;
  std::condition_variable returned_;
  Pool idle_;                     // guarded by mutex_; the last used is at the back
  Pool idle_blocking_;            // guarded by mutex_
  std::size_t open_ = 0;          // guarded by mutex_: leased, idle or being opened, without blocking ones
  std::size_t waiting_ = 0;       // guarded by mutex_
  std::uint64_t generation_ = 0;  // guarded by mutex_
  int failures_ = 0;              // guarded by mutex_: connects that failed in a row
  bool probing_ = false;          // guarded by mutex_: one call is trying to connect after a failure
  SteadyPoint retry_at_{};        // guarded by mutex_

  std::atomic<bool> faults_{false};
  std::mutex fault_mutex_;
  std::function<bool(std::uint64_t)> allow_, lose_;  // guarded by fault_mutex_
  std::uint64_t calls_ = 0, answers_ = 0;            // guarded by fault_mutex_
};

namespace {

template <typename Strings>
void append_arguments(std::string& out, const Strings& arguments) {
  for (const auto& argument : arguments) append_argument(out, argument);
}

/// EVALSHA by name, or EVAL with the source, which also loads it.
template <typename Strings>
void append_script(std::string& out, const Script& script, bool with_source, const Strings& keys, const Strings& args) {
  append_header(out, 3 + keys.size() + args.size());
  append_argument(out, with_source ? "EVAL" : "EVALSHA");
  append_argument(out, with_source ? script.source() : script.sha1());
  append_argument(out, std::to_string(keys.size()));
  append_arguments(out, keys);
  append_arguments(out, args);
}

bool script_is_missing(const Reply& reply) {
  return reply.is_error() && reply.text.starts_with("NOSCRIPT");
}

/// The cluster answers say that the configuration is wrong, so they are never left to the caller of one command.
Status check_cluster(const std::vector<Reply>& replies) {
  for (const Reply& reply : replies) {
    if (!reply.is_error()) continue;
    Error error = error_of(reply);
    if (error.code == ErrorCode::kConflict) return error;
  }
  return {};
}

Result<Reply> single(Result<std::vector<Reply>> replies) {
  if (!replies) return replies.error();
  Reply& reply = replies->front();
  if (reply.is_error()) return error_of(reply);
  return std::move(reply);
}

}  // namespace

RedisClient::RedisClient(RedisOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

RedisClient::~RedisClient() = default;

Result<Reply> RedisClient::command(const Args& args, std::optional<milliseconds> timeout) {
  const auto encode = [&](std::string& out) {
    append_header(out, args.size());
    append_arguments(out, args);
  };
  return single(impl_->exchange(1, encode, timeout.value_or(impl_->default_timeout()), false));
}

Result<std::vector<Reply>> RedisClient::pipeline(const std::vector<Args>& commands,
                                                 std::optional<milliseconds> timeout) {
  const auto encode = [&](std::string& out) {
    for (const Args& args : commands) {
      append_header(out, args.size());
      append_arguments(out, args);
    }
  };
  auto replies = impl_->exchange(commands.size(), encode, timeout.value_or(impl_->default_timeout()), false);
  if (!replies) return replies;
  if (const Status cluster = check_cluster(*replies); !cluster) return cluster.error();
  return replies;
}

Result<Reply> RedisClient::eval(const Script& script, const std::vector<std::string>& keys,
                                const std::vector<std::string>& args, std::optional<milliseconds> timeout) {
  const auto limit = timeout.value_or(impl_->default_timeout());
  const auto run = [&](bool with_source) {
    return impl_->exchange(
        1, [&](std::string& out) { append_script(out, script, with_source, keys, args); }, limit, false);
  };
  auto replies = run(false);
  if (replies && script_is_missing(replies->front())) replies = run(true);
  return single(std::move(replies));
}

Result<std::vector<Reply>> RedisClient::eval_pipeline(const std::vector<ScriptCall>& calls,
                                                      std::optional<milliseconds> timeout) {
  const auto limit = timeout.value_or(impl_->default_timeout());
  const auto encode_all = [&](std::string& out) {
    for (const ScriptCall& call : calls) append_script(out, *call.script, false, call.keys, call.args);
  };
  auto replies = impl_->exchange(calls.size(), encode_all, limit, false);
  if (!replies) return replies;
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < replies->size(); ++i) {
    if (script_is_missing((*replies)[i])) missing.push_back(i);
  }
  if (!missing.empty()) {
    const auto encode_missing = [&](std::string& out) {
      for (const std::size_t i : missing) append_script(out, *calls[i].script, true, calls[i].keys, calls[i].args);
    };
    auto repeated = impl_->exchange(missing.size(), encode_missing, limit, false);
    // The calls that did run have happened, so a failure here leaves the whole of unknown fate.
    if (!repeated) return Error{ErrorCode::kTimeout, repeated.error().detail};
    for (std::size_t i = 0; i < missing.size(); ++i) (*replies)[missing[i]] = std::move((*repeated)[i]);
  }
  if (const Status cluster = check_cluster(*replies); !cluster) return cluster.error();
  return replies;
}

Result<Reply> RedisClient::blocking(const Args& args, milliseconds block) {
  const auto encode = [&](std::string& out) {
    append_header(out, args.size());
    append_arguments(out, args);
  };
  return single(impl_->exchange(1, encode, block + impl_->default_timeout(), true));
}

Status RedisClient::ping(milliseconds timeout) {
  const auto reply = command({"PING"}, timeout);
  if (!reply) return reply.error();
  return {};
}

void RedisClient::reset() {
  impl_->reset();
}

void RedisClient::set_fault(std::function<bool(std::uint64_t call)> allow) {
  impl_->set_fault(std::move(allow));
}

void RedisClient::set_lost_reply(std::function<bool(std::uint64_t call)> lose) {
  impl_->set_lost_reply(std::move(lose));
}

}  // namespace kairan::store

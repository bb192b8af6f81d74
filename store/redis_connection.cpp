#include "store/redis_connection.h"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <hiredis/read.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <new>

namespace kairan::store {
namespace {

/// Redis never sends more to what is asked here; a larger count is a broken stream, not a reason to take the memory.
constexpr int kMaxArray = 1 << 22;
/// A request buffer that grew past this is given back after use.
constexpr std::size_t kKeptRequestBytes = 64 * 1024;

struct ContextDeleter {
  void operator()(redisContext* context) const { redisFree(context); }
};
struct ReaderDeleter {
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};

timeval to_timeval(milliseconds wait) {
  timeval value{};
  value.tv_sec = wait.count() / 1000;
  value.tv_usec = (wait.count() % 1000) * 1000;
  return value;
}

// --- hiredis' reader, building Reply values in place ---
// The root's place is the reader's privdata; an element's place is in the parent's vector, which never grows after it
// was made. Nothing may throw through C frames, so running out of memory is told by a null pointer.

Reply& place_for(const redisReadTask* task) {
  if (task->parent == nullptr) return *static_cast<Reply*>(task->privdata);
  return static_cast<Reply*>(task->parent->obj)->items[static_cast<std::size_t>(task->idx)];
}

void* make_string(const redisReadTask* task, char* text, size_t length) noexcept {
  try {
    Reply& reply = place_for(task);
    reply.type = task->type == REDIS_REPLY_ERROR    ? Reply::Type::kError
                 : task->type == REDIS_REPLY_STATUS ? Reply::Type::kStatus
                                                    : Reply::Type::kString;
    reply.text.assign(text, length);
    return &reply;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void* make_array(const redisReadTask* task, int count) noexcept {
  if (count < 0 || count > kMaxArray) return nullptr;
  try {
    Reply& reply = place_for(task);
    reply.type = Reply::Type::kArray;
    reply.items.resize(static_cast<std::size_t>(count));
    return &reply;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void* make_integer(const redisReadTask* task, long long value) noexcept {
  Reply& reply = place_for(task);
  reply.type = Reply::Type::kInteger;
  reply.integer = value;
  return &reply;
}

void* make_nil(const redisReadTask* task) noexcept {
  Reply& reply = place_for(task);
  reply.type = Reply::Type::kNil;
  return &reply;
}

void keep(void*) noexcept {}  // the values belong to the caller's vector

redisReplyObjectFunctions kFunctions = {make_string, make_array, make_integer, make_nil, keep};

Error unavailable(std::string detail) {
  return Error{ErrorCode::kUnavailable, "redis: " + std::move(detail)};
}
Error unknown_fate(std::string detail) {
  return Error{ErrorCode::kTimeout, "redis: " + std::move(detail)};
}

}  // namespace

struct RedisConnection::Hiredis {
  std::unique_ptr<redisContext, ContextDeleter> context;  ///< owns the descriptor
  std::unique_ptr<redisReader, ReaderDeleter> reader;
  int fd() const { return context->fd; }
};

void append_header(std::string& out, std::size_t argument_count) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, argument_count).ptr;
  out.push_back('*');
  out.append(digits, end);
  out.append("\r\n", 2);
}

void append_argument(std::string& out, std::string_view argument) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, argument.size()).ptr;
  out.push_back('$');
  out.append(digits, end);
  out.append("\r\n", 2);
  out.append(argument);
  out.append("\r\n", 2);
}

RedisConnection::RedisConnection(std::unique_ptr<Hiredis> hiredis) : hiredis_(std::move(hiredis)) {}

RedisConnection::~RedisConnection() = default;

Result<std::unique_ptr<RedisConnection>> RedisConnection::open(const RedisAddress& address, milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const timeval limit = to_timeval(timeout);
  auto hiredis = std::make_unique<Hiredis>();
  hiredis->context.reset(address.socket.empty() ? redisConnectWithTimeout(address.host.c_str(), address.port, limit)
                                                : redisConnectUnixWithTimeout(address.socket.c_str(), limit));
  if (!hiredis->context) return unavailable("no memory for a connection");
  if (hiredis->context->err != 0) return unavailable(std::string("cannot connect: ") + hiredis->context->errstr);
  hiredis->reader.reset(redisReaderCreateWithFunctions(&kFunctions));
  if (!hiredis->reader) return unavailable("no memory for a reader");
  // hiredis opens its sockets without it, and a child process must not hold them.
  fcntl(hiredis->fd(), F_SETFD, FD_CLOEXEC);
  std::unique_ptr<RedisConnection> connection(new RedisConnection(std::move(hiredis)));

  std::string& out = connection->request();
  std::size_t count = 1;
  if (!address.password.empty()) {
    append_header(out, address.user.empty() ? 2 : 3);
    append_argument(out, "AUTH");
    if (!address.user.empty()) append_argument(out, address.user);
    append_argument(out, address.password.reveal());
    ++count;
  }
  if (address.database != 0) {
    append_header(out, 2);
    append_argument(out, "SELECT");
    append_argument(out, std::to_string(address.database));
    ++count;
  }
  append_header(out, 3);
  append_argument(out, "CLIENT");
  append_argument(out, "SETNAME");
  append_argument(out, "kairan");
  auto replies = connection->exchange(count, deadline);
  if (!replies) return unavailable("connected, but the greeting failed: " + replies.error().detail);
  for (const Reply& reply : *replies) {
    if (reply.is_error()) return unavailable("connected, but refused: " + reply.text);
  }
  return connection;
}

Result<std::vector<Reply>> RedisConnection::exchange(std::size_t count, SteadyPoint deadline) {
  std::vector<Reply> replies(count);
  // Broken until it ends well, so that no way out can leave half an answer behind.
  broken_ = true;
  const Status sent = send_request(deadline);
  if (request_.capacity() > kKeptRequestBytes) {
    request_ = std::string();
  } else {
    request_.clear();
  }
  if (!sent) return sent.error();
  if (const Status read = read_replies(replies, deadline); !read) return read.error();
  broken_ = false;
  last_used_ = std::chrono::steady_clock::now();
  return replies;
}

bool RedisConnection::set_wait(SteadyPoint deadline) {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
  if (left.count() <= 0) return false;
  // Setting it costs a system call; most exchanges have the same limit as the one before and are off by a few ms only.
  if (wait_ >= left && wait_ <= left + milliseconds(20)) return true;
  const timeval limit = to_timeval(left + milliseconds(1));
  if (setsockopt(hiredis_->fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0) return false;
  if (setsockopt(hiredis_->fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0) return false;
  wait_ = left + milliseconds(1);
  return true;
}

Status RedisConnection::send_request(SteadyPoint deadline) {
  std::size_t done = 0;
  while (done < request_.size()) {
    if (!set_wait(deadline)) {
      return done == 0 ? unavailable("no time left to send") : unknown_fate("the deadline passed while sending");
    }
    const ssize_t n = ::send(hiredis_->fd(), request_.data() + done, request_.size() - done, MSG_NOSIGNAL);
    if (n > 0) {
      done += static_cast<std::size_t>(n);
    } else if (n < 0 && errno == EINTR) {
      continue;
    } else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      continue;  // set_wait() ends the loop at the deadline
    } else if (done == 0) {
      return unavailable(std::string("the connection is closed: ") + std::strerror(errno));
    } else {
      return unknown_fate(std::string("the connection broke while sending: ") + std::strerror(errno));
    }
  }
  return {};
}

Status RedisConnection::read_replies(std::vector<Reply>& replies, SteadyPoint deadline) {
  redisReader* reader = hiredis_->reader.get();
  char chunk[16 * 1024];
  std::size_t done = 0;
  reader->privdata = &replies[0];
  while (true) {
    if (!set_wait(deadline)) return unknown_fate("no answer within the deadline");
    const ssize_t n = ::recv(hiredis_->fd(), chunk, sizeof chunk, 0);
    if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) continue;
    if (n < 0) return unknown_fate(std::string("the connection broke: ") + std::strerror(errno));
    if (n == 0) return unknown_fate("the connection was closed before the answer came");
    if (redisReaderFeed(reader, chunk, static_cast<size_t>(n)) != REDIS_OK) {
      return unknown_fate(std::string("bad answer: ") + reader->errstr);
    }
    while (done < replies.size()) {
      void* finished = nullptr;
      if (redisReaderGetReply(reader, &finished) != REDIS_OK) {
        return unknown_fate(std::string("bad answer: ") + reader->errstr);
      }
      if (finished == nullptr) break;
      ++done;
      if (done < replies.size()) reader->privdata = &replies[done];
    }
    if (done == replies.size()) break;
  }
  if (reader->len != reader->pos) return unknown_fate("more came than was asked for");
  return {};
}

bool RedisConnection::is_quiet() const {
  char byte = 0;
  const ssize_t n = ::recv(hiredis_->fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace kairan::store

#include "adapters/jma/poller.h"

#include <algorithm>

namespace kairan::adapters::jma {
namespace {

constexpr std::size_t kMaxRemembered = 20'000;
constexpr std::size_t kMaxTelegramBytes = std::size_t{8} << 20;  // VPRN50 reaches 4 MB
constexpr std::chrono::seconds kTimeout{20};

/// "/xml/feed/extra_l.xml" of "/xml/feed/extra.xml"; "" when the path has another form.
std::string long_path(const std::string& path) {
  static constexpr std::string_view kEnd = ".xml";
  if (path.size() < kEnd.size() + 2 || path.substr(path.size() - kEnd.size()) != kEnd ||
      path.substr(path.size() - 6, 2) == "_l")
    return {};
  return path.substr(0, path.size() - kEnd.size()) + "_l.xml";
}

}  // namespace

Poller::Poller(std::vector<std::string> feeds, PollerPorts ports, const Clock& clock)
    : ports_(std::move(ports)), clock_(clock) {
  for (const std::string& feed : feeds) {
    const auto address = split_address(feed);
    if (!address) continue;
    Source source;
    source.address = *address;
    source.next = clock_.now();
    sources_.push_back(std::move(source));
    if (std::find(origins_.begin(), origins_.end(), address->origin) == origins_.end())
      origins_.push_back(address->origin);
  }
}

TimePoint Poller::poll() {
  TimePoint next = clock_.now() + kLongestWait;
  for (Source& source : sources_) {
    if (source.next <= clock_.now()) ask(source);
    next = std::min(next, source.next);
  }
  return next;
}

void Poller::ask(Source& source) {
  const bool outage = clock_.now() - source.last_good > kOutage;
  const std::string wide = long_path(source.address.path);
  bool whole = read(source, source.address.path, true);
  if (whole && outage && !wide.empty()) whole = read(source, wide, false) || whole;
  const std::lock_guard lock(mutex_);
  ++figures_.polls;
}

void Poller::fail(Source& source, const std::string& problem) {
  source.failures = std::min(source.failures + 1, 10);
  const auto wait = std::min<std::chrono::seconds>(kInterval * (1 << std::min(source.failures, 5)), kLongestWait);
  source.next = clock_.now() + wait;
  source.etag.clear();
  source.modified.clear();
  const std::lock_guard lock(mutex_);
  ++figures_.failures;
  figures_.last_problem = problem;
}

bool Poller::read(Source& source, const std::string& path, bool conditional) {
  HttpCall call;
  call.path = path;
  call.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(kTimeout);
  call.max_response_bytes = kMaxFeedBytes;
  if (conditional && !source.etag.empty()) call.headers.emplace_back("If-None-Match", source.etag);
  if (conditional && !source.modified.empty()) call.headers.emplace_back("If-Modified-Since", source.modified);
  const Result<HttpReply> reply = ports_.fetch(source.address.origin, call);
  if (!reply) {
    if (conditional) fail(source, "フィードに届きません（" + reply.error().detail + "）");
    return false;
  }
  if (reply->status == 304) {
    source.failures = 0;
    source.next = clock_.now() + kInterval;
    source.last_good = clock_.now();
    const std::lock_guard lock(mutex_);
    ++figures_.unchanged;
    figures_.last_good = source.last_good;
    return true;
  }
  if (reply->status != 200) {
    if (conditional) fail(source, "フィードが " + std::to_string(reply->status) + " を返しました");
    return false;
  }
  const Result<Feed> feed = read_feed(reply->body, origins_);
  if (!feed) {
    if (conditional) fail(source, "フィードを読めません（" + feed.error().detail + "）");
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    figures_.refused_links += feed->refused;
  }
  bool all = true;
  for (const FeedEntry& entry : feed->entries) {
    if (clock_.now() - entry.updated > kOldest) continue;
    all = load(entry) && all;
  }
  if (!conditional) return all;
  // The condition is kept only when everything in this version of the feed was taken in: else the next 304 would hide it.
  const auto header = [&](const char* name) {
    const auto found = reply->headers.find(name);
    return found == reply->headers.end() ? std::string() : found->second;
  };
  source.etag = all ? header("etag") : std::string();
  source.modified = all ? header("last-modified") : std::string();
  source.failures = 0;
  source.next = clock_.now() + kInterval;
  source.last_good = clock_.now();
  const std::lock_guard lock(mutex_);
  figures_.last_good = source.last_good;
  if (all) figures_.last_problem.clear();
  return true;
}

bool Poller::load(const FeedEntry& entry) {
  if (done_.count(entry.link) > 0) return true;
  const Result<bool> known = ports_.known(entry.link);
  if (!known) return false;
  if (*known) {
    done_.insert(entry.link);
    return true;
  }
  const auto give_up = [&](const std::string& problem) {
    const std::lock_guard lock(mutex_);
    figures_.last_problem = problem;
    if (++attempts_[entry.link] < kTries) return false;
    ++figures_.given_up;
    attempts_.erase(entry.link);
    done_.insert(entry.link);
    return true;
  };
  const auto address = split_address(entry.link);
  if (!address) return true;
  HttpCall call;
  call.path = address->path;
  call.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(kTimeout);
  call.max_response_bytes = kMaxTelegramBytes;
  const Result<HttpReply> reply = ports_.fetch(address->origin, call);
  if (!reply) return give_up("電文を読み込めません（" + reply.error().detail + "）");
  if (reply->status != 200) return give_up("電文の読み込みに " + std::to_string(reply->status) + " が返りました");
  const Status taken = ports_.take(reply->body, entry.link);
  if (!taken) return false;  // the store is away: not the telegram's fault
  attempts_.erase(entry.link);
  if (done_.size() >= kMaxRemembered) done_.clear();  // the store remembers
  done_.insert(entry.link);
  const std::lock_guard lock(mutex_);
  ++figures_.telegrams;
  return true;
}

PollerFigures Poller::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

}  // namespace kairan::adapters::jma

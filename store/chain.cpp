#include "store/chain.h"

#include "base/crypto.h"
#include "store/keys.h"
#include "store/scripts.h"
#include "store/stored_number.h"

namespace kairan::store {
namespace {

constexpr std::size_t kLinksAtOnce = 1000;
constexpr int kAttempts = 50;  // appends that lose to another process; each loss means somebody else got on

std::string chained(std::string_view before, std::uint64_t seq, std::string_view body) {
  std::string text(before);
  text += "\n" + std::to_string(seq) + "\n";
  text += body;
  return to_hex(bytes_of(sha256(text)));
}

std::vector<ChainEntry> entries_of(const Reply& reply) {
  std::vector<ChainEntry> entries;
  for (const Reply& item : reply.items) {
    if (item.items.size() != 2) continue;
    ChainEntry entry;
    entry.seq = stored_number<std::uint64_t>(item.items[0].text);
    const auto& fields = item.items[1].items;
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
      if (fields[i].text == "h") entry.hash = fields[i + 1].text;
      if (fields[i].text == "b") entry.body = fields[i + 1].text;
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace

Chain::Chain(RedisClient& redis, std::string_view name)
    : redis_(redis), log_(keys::chain_log(name)), head_(keys::chain_head(name)), ids_(keys::chain_ids(name)) {}

Result<std::uint64_t> Chain::append(std::string_view body, std::string_view once) {
  if (body.size() > kMaxBodyBytes) return Error{ErrorCode::kTooLarge, "chain: an entry is over its limit"};
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto before = head();
    if (!before) return before.error();
    const std::uint64_t seq = before->seq + 1;
    const std::string hash = chained(before->hash, seq, body);
    const std::vector<std::string> args{std::to_string(before->seq), hash, std::string(body), std::string(once)};
    auto reply = redis_.eval(scripts::chain_append(), {log_, head_, ids_}, args);
    const bool answer_lost = !reply && reply.error().code == ErrorCode::kTimeout;
    if (answer_lost) reply = redis_.eval(scripts::chain_append(), {log_, head_, ids_}, args);
    if (!reply) return reply.error();
    if (reply->items.size() != 2) return Error{ErrorCode::kCorrupt, "chain: unexpected answer"};
    if (reply->items[0].integer >= 0) return static_cast<std::uint64_t>(reply->items[1].integer);
    if (answer_lost) {
      // Others came after; whether the lost call wrote shows at its place.
      const auto there = read(seq, 1);
      if (!there) return there.error();
      if (!there->empty() && there->front().hash == hash) return seq;
    }
  }
  return Error{ErrorCode::kUnavailable, "chain: others append all the time"};
}

Result<ChainHead> Chain::head() {
  const auto reply = redis_.command({"HMGET", head_, "seq", "hash"});
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  ChainHead head;
  if (reply->items.size() == 2 && !reply->items[0].is_nil()) {
    head.seq = stored_number<std::uint64_t>(reply->items[0].text);
    head.hash = reply->items[1].text;
  }
  return head;
}

Result<std::vector<ChainEntry>> Chain::read(std::uint64_t from, std::size_t count) {
  const auto reply = redis_.command({"XRANGE", log_, std::to_string(from) + "-0", "+", "COUNT", std::to_string(count)});
  if (!reply) return reply.error();
  return entries_of(*reply);
}

Result<std::vector<ChainEntry>> Chain::read_back(std::optional<std::uint64_t> before, std::size_t count) {
  const std::string from = before ? "(" + std::to_string(*before) + "-0" : "+";
  const auto reply = redis_.command({"XREVRANGE", log_, from, "-", "COUNT", std::to_string(count)});
  if (!reply) return reply.error();
  return entries_of(*reply);
}

Result<ChainProof> Chain::verify(const std::optional<ChainHead>& known) {
  // The head first: what is appended meanwhile is past it and not judged against it.
  const auto stored = head();
  if (!stored) return stored.error();
  ChainProof proof;
  const auto fault = [&proof](std::uint64_t seq, std::string reason) {
    proof.fault = seq;
    proof.reason = std::move(reason);
    return proof;
  };
  bool known_seen = !known || known->seq == 0;
  while (proof.head.seq < stored->seq) {
    const auto entries = read(proof.head.seq + 1, kLinksAtOnce);
    if (!entries) return entries.error();
    if (entries->empty()) return fault(proof.head.seq + 1, "末尾の記録が失われています。");
    for (const ChainEntry& entry : *entries) {
      const std::uint64_t expected = proof.head.seq + 1;
      if (entry.seq != expected) return fault(expected, "記録が抜けているか、差し込まれています。");
      if (entry.hash != chained(proof.head.hash, entry.seq, entry.body)) {
        return fault(expected, "記録の内容が書き換えられています。");
      }
      proof.head = {entry.seq, entry.hash};
      if (known && known->seq == entry.seq) {
        if (known->hash != entry.hash)
          return fault(entry.seq, "外に控えた値と一致しません。記録全体が作り直されています。");
        known_seen = true;
      }
      if (entry.seq == stored->seq && entry.hash != stored->hash) {
        return fault(entry.seq, "先頭の控えと一致しません。");
      }
    }
  }
  if (!known_seen) return fault(proof.head.seq + 1, "外に控えた値より後ろの記録が失われています。");
  return proof;
}

}  // namespace kairan::store

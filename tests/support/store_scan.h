// Reads a whole Redis, every key of every type, so that a test can say that something is nowhere in it.
#pragma once

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "store/redis_client.h"
#include "tests/support/test_redis.h"

namespace kairan::test {

inline void gather(const store::Reply& reply, std::vector<std::string>& texts) {
  if (!reply.text.empty()) texts.push_back(reply.text);
  for (const store::Reply& item : reply.items) gather(item, texts);
}

/// Key names, and everything in them.
inline std::vector<std::string> everything_in(store::RedisClient& client) {
  std::vector<std::string> texts;
  for (const store::Reply& key : must(client.command({"KEYS", "*"})).items) {
    texts.push_back(key.text);
    const std::string type = must(client.command({"TYPE", key.text})).text;
    store::Args read;
    if (type == "string") read = {"GET", key.text};
    if (type == "hash") read = {"HGETALL", key.text};
    if (type == "set") read = {"SMEMBERS", key.text};
    if (type == "zset") read = {"ZRANGE", key.text, "0", "-1", "WITHSCORES"};
    if (type == "list") read = {"LRANGE", key.text, "0", "-1"};
    if (type == "stream") read = {"XRANGE", key.text, "-", "+"};
    if (read.empty()) throw std::runtime_error("a key of a type the scan does not know: " + type);
    gather(must(client.command(read)), texts);
  }
  return texts;
}

/// Every key with what is in it, alike for stores that hold the same.
inline std::map<std::string, std::vector<std::string>> contents_of(store::RedisClient& client) {
  std::map<std::string, std::vector<std::string>> contents;
  for (const store::Reply& key : must(client.command({"KEYS", "*"})).items) {
    const std::string type = must(client.command({"TYPE", key.text})).text;
    std::vector<std::string>& texts = contents[key.text];
    if (type == "hash" || type == "set") {
      gather(must(client.command({type == "set" ? "SMEMBERS" : "HGETALL", key.text})), texts);
      std::sort(texts.begin(), texts.end());
    } else {
      gather(must(client.command({"DUMP", key.text})), texts);
    }
  }
  return contents;
}

/// Where `needle` lies; empty when nowhere.
inline std::string found_in(const std::vector<std::string>& texts, const std::string& needle) {
  for (const std::string& text : texts) {
    if (text.find(needle) != std::string::npos) return text.substr(0, 200);
  }
  return {};
}

}  // namespace kairan::test

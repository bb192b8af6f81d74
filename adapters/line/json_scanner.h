// A strict JSON reader for the webhook door: one pass over the bytes, no tree, no allocation, values handed out as slices
// of the body. It accepts exactly what base/bounded_json.h accepts (RFC 8259, valid UTF-8, paired surrogates, numbers that
// a double holds, bounded depth), so that an event let in here can be opened later; a fuzzer holds the two together.
// The door reads thousands of bodies a second and needs five members of each event: a tree costs ten times as much.
// Threads: a scanner belongs to one thread; the text must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kairan::adapters::line {

class JsonScanner {
 public:
  enum class Type { kObject, kArray, kString, kNumber, kTrue, kFalse, kNull, kBroken };

  JsonScanner(std::string_view text, int max_depth) : text_(text), max_depth_(max_depth) {}

  /// What begins at the next value; consumes white space only.
  Type next_type();
  /// Where the next byte to read is, from 0.
  std::size_t position() const { return at_; }

  /// Reads an object. `on_member(key)` must consume the member's value and return false to give up.
  /// @return false when the bytes are not an object, or a member gave up
  template <typename OnMember>
  bool object(OnMember&& on_member);
  /// Reads an array. `on_element()` must consume one value and return false to give up.
  template <typename OnElement>
  bool array(OnElement&& on_element);

  /// Checks one value of any type and steps over it.
  bool skip();
  /// Reads a string into `out`, unescaped.
  bool string(std::string& out);
  /// Reads a number; `integer` says whether it is written as an integer that fits, and then `out` holds it.
  bool number(std::int64_t& out, bool& integer);

  /// Only white space is left.
  bool at_end();

 private:
  bool enter() { return ++depth_ <= max_depth_; }
  void leave() { --depth_; }
  void skip_space();
  bool consume(char c);
  bool literal(std::string_view word);
  /// Checks a string from its opening quote on; `raw` is what stands between the quotes.
  bool raw_string(std::string_view& raw, bool& escaped);
  bool utf8_sequence();
  bool escape();
  bool hex4(unsigned& out);
  static void unescape(std::string_view raw, std::string& out);
  bool read_key(std::string_view& key, std::string& storage);

  std::string_view text_;
  const int max_depth_;
  int depth_ = 0;
  std::size_t at_ = 0;
};

template <typename OnMember>
bool JsonScanner::object(OnMember&& on_member) {
  if (!consume('{') || !enter()) return false;
  if (consume('}')) return leave(), true;
  std::string storage;
  while (true) {
    std::string_view key;
    if (!read_key(key, storage) || !on_member(key)) return false;
    if (consume(',')) continue;
    leave();
    return consume('}');
  }
}

template <typename OnElement>
bool JsonScanner::array(OnElement&& on_element) {
  if (!consume('[') || !enter()) return false;
  if (consume(']')) return leave(), true;
  while (true) {
    if (!on_element()) return false;
    if (consume(',')) continue;
    leave();
    return consume(']');
  }
}

}  // namespace kairan::adapters::line

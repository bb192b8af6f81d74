// A strict, incremental reader of HTTP/1.1 requests, without sockets. It exists because the packaged HTTP library's own
// parser has no bound on lines, headers or chunked bodies, percent-decodes header values and reads what is left of a
// refused body as the next request (reference: dependencies 2 and 3); this one also costs about a tenth of its time.
//
// Guarantees: memory held is at most kMaxHeadBytes plus the accepted body so far, whatever the peer sends; a request
// whose length two readers could understand differently (RFC 9112 section 6.3: two lengths, a length and chunks, bare
// line feeds, folded headers) is refused, never guessed; after a refusal nothing more is read.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/http.h"

namespace kairan::gateway {

inline constexpr std::size_t kMaxHeadBytes = 16 * 1024;  ///< request line and headers together
inline constexpr std::size_t kMaxHeaders = 100;
inline constexpr std::size_t kMaxPathBytes = 1024;  ///< as sent, before decoding
inline constexpr std::size_t kMaxQueryValues = 100;

/// Of ASCII letters, as names of headers and hosts are compared.
bool equal_ignoring_case(std::string_view a, std::string_view b);

class HttpParser {
 public:
  enum class State {
    kNeedMore,  ///< feed() again
    kHeadDone,  ///< decide about the body with accept_body()
    kComplete,  ///< request() is whole
    kRefused,   ///< refusal() is the status to answer with; close afterwards
  };

  /// Takes bytes in until the state changes or they are used up. @return how many were used.
  std::size_t feed(std::string_view bytes);
  /// After kHeadDone: goes on with the body, if there is one. Refuses with 413 when it is longer than `max_bytes`.
  void accept_body(std::size_t max_bytes);
  /// Ready for the next request of the connection.
  void reset();

  State state() const { return state_; }
  int refusal() const { return refusal_; }
  bool started() const { return started_; }  ///< a byte of a request has come
  bool has_body() const { return chunked_ || length_ > 0; }
  bool expects_continue() const { return expects_continue_; }
  bool keep_alive() const { return keep_alive_; }  ///< what the client asks for
  bool http_1_0() const { return http_1_0_; }

  /// Everything but `rest` and `remote_addr`.
  HttpRequest& request() { return request_; }

 private:
  enum class Phase { kHead, kFixed, kChunkSize, kChunkData, kChunkEnd, kTrailer };

  std::size_t feed_head(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);
  bool take_line(std::string_view bytes, std::size_t& used, std::size_t max_bytes);
  void parse_head(std::string_view head);
  int parse_request_line(std::string_view line);
  int parse_target(std::string_view target);
  int parse_header(std::string_view line);
  int check_framing();
  void refuse(int status);
  void append(std::string_view bytes);
  void on_chunk_size();

  State state_ = State::kNeedMore;
  Phase phase_ = Phase::kHead;
  int refusal_ = 0;
  bool started_ = false, chunked_ = false, expects_continue_ = false, keep_alive_ = true, http_1_0_ = false;
  std::uint64_t length_ = 0;     // Content-Length
  std::uint64_t remaining_ = 0;  // of the body or the chunk
  std::size_t max_body_ = 0;
  std::size_t trailer_bytes_ = 0;
  int blank_bytes_ = 0;
  std::string head_;  // what has come of the head
  std::string line_;  // what has come of a chunk-size or trailer line
  HttpRequest request_;
};

/// Percent-decodes; false when a "%" is not followed by two hex digits.
bool percent_decode(std::string_view text, bool plus_is_space, std::string& out);

}  // namespace kairan::gateway

#include "gateway/process_identity.h"

#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "tests/support/catch.h"

using namespace kairan::gateway;

TEST_CASE("this process is not gone, a child that ended is") {
  CHECK_FALSE(is_gone(process_identity()));
  int pipe_ends[2];
  REQUIRE(pipe(pipe_ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const std::string identity = process_identity();
    const bool written = write(pipe_ends[1], identity.data(), identity.size()) > 0;
    _exit(written ? 0 : 1);
  }
  char buffer[256];
  const ssize_t length = read(pipe_ends[0], buffer, sizeof buffer);
  REQUIRE(length > 0);
  const std::string identity(buffer, static_cast<std::size_t>(length));
  // Ended but not yet waited for counts as gone: it holds no lease any more.
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(is_gone(identity));
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST_CASE("a process of another machine or boot, or no identity at all, is never called gone") {
  for (const char* identity : {"", "x", "other-boot/1/1", "a/b", "//", "other-boot/99999999/5"}) {
    CAPTURE(identity);
    CHECK_FALSE(is_gone(identity));
  }
}

TEST_CASE("a number that was given to another process since is gone") {
  std::string identity = process_identity();
  identity.back() = identity.back() == '1' ? '2' : '1';  // another start time
  CHECK(is_gone(identity));
}

#define CATCH_CONFIG_RUNNER
#include <csignal>

#include "tests/support/catch.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // hiredis writes to sockets that Redis may have closed
  return Catch::Session().run(argc, argv);
}

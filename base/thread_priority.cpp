#include "base/thread_priority.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace kairan {

void give_way() {
  // On Linux a thread's id addresses the thread alone (setpriority(2), "C library/kernel differences"). A refusal changes
  // nothing but fairness.
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), 10);
}

}  // namespace kairan

// SPDX-License-Identifier: Apache-2.0
// libFuzzer over what an enrolment service answers: whatever the bytes are, they are read or refused with a sentence. Run as
// `enrolment_fuzz -max_len=8192 CORPUS`.
#include "agent/enrolment/answer.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// The linker knows the function by this name (llvm.org/docs/LibFuzzer.html).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kuzet;
  const std::string text(data, data + size);
  const auto granted = enrolment::parse_answer(text);
  if (granted) {
    check(!granted->servers.empty() && !granted->node.empty() && granted->chain.count > 0);
    check(enrolment::read_chain(granted->chain.pem)->pem == granted->chain.pem);
    const auto fit = enrolment::judge(*granted, granted->chain.first.mark, granted->chain.first.from);
    check(fit || !fit.error().what.empty());
  } else {
    check(!granted.error().what.empty());
  }
  if (const auto chain = enrolment::read_chain(text)) check(chain->count > 0 && !chain->pem.empty());
  const auto why = enrolment::reason_in(text);
  check(why.size() < 256 && why.find('\n') == std::string::npos && why.find('\x1b') == std::string::npos);
  const auto address = enrolment::check_address(text);
  check(address || !address.error().what.empty());
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Turns of the slaves of one line.
#include "drivers/modbus/modbus_line.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace kuzet::drivers::modbus {

namespace {

using namespace std::chrono_literals;

constexpr Duration connect_limit = 3s;  // over a radio link a connection takes a second or two
constexpr Duration shortest_idle = 5s;  // a gateway that closes an idle connection sooner refuses it
constexpr Duration longest_wait = 1h;   // nothing to do: look again, it costs nothing
constexpr int silent_line = 3;          // unanswered questions in a row, and nobody left who answers: connect anew
constexpr double answer_seconds = 0.4;  // so long an answer may take on a slow line; a second is the time-out

Steady now() { return std::chrono::steady_clock::now(); }

/// Registers in one answer: 125 by the standard, fewer where the line is slow.
int most_registers(const Address& address, const Serial& serial) {
  constexpr int standard = 125, bits_each = 11, frame = 5;
  if (address.tcp) return standard;
  return std::clamp((static_cast<int>(answer_seconds * serial.baud / bits_each) - frame) / 2, 4, standard);
}

const SlaveSettings& slave_settings(const Device& device) { return static_cast<const SlaveSettings&>(*device.settings); }

}  // namespace

ModbusLine::ModbusLine(LinePlan plan, const Clock& clock)
    : plan_(std::move(plan)),
      clock_(clock),
      wishes_(plan_.outputs.size()),
      serial_(serial_of(plan_)),
      bell_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  name_ = plan_.sensors.empty() ? plan_.outputs.at(0).line : plan_.sensors[0].line;
  for (std::size_t i = 0; i < plan_.sensors.size(); ++i) {
    const auto& settings = static_cast<const SensorSettings&>(*plan_.sensors[i].settings);
    job_of(slave_of(settings), settings.every).add(i, settings.readings);
  }
  for (const auto& device : plan_.outputs) output_slaves_.push_back(slave_of(slave_settings(device)));
  unreadable_.resize(plan_.outputs.size());
  const Address address = parse_address(name_).value();  // was checked with the settings
  const Serial serial = serial_ ? *serial_ : Serial();
  for (auto& job : jobs_) job.plan(most_registers(address, serial));
  bus_.emplace(name_, address, serial);
  breaker_.emplace(jobs_.size() + plan_.outputs.size(), !address.tcp);
}

ModbusLine::~ModbusLine() { ::close(bell_); }

std::size_t ModbusLine::slave_of(const SlaveSettings& settings) {
  const int number = static_cast<int>(settings.slave);
  const auto found = std::ranges::find(slaves_, number, &Slave::number);
  if (found == slaves_.end()) {
    slaves_.push_back({number, settings.timeout});
    return slaves_.size() - 1;
  }
  found->timeout = std::max(found->timeout, settings.timeout);
  return static_cast<std::size_t>(found - slaves_.begin());
}

Job& ModbusLine::job_of(std::size_t slave, Duration every) {
  const auto found = std::ranges::find_if(jobs_, [&](const Job& job) { return job.slave() == slave && job.every() == every; });
  return found != jobs_.end() ? *found : jobs_.emplace_back(slave, slaves_[slave].number, every);
}

const OutputSettings& ModbusLine::output(std::size_t number) const {
  return static_cast<const OutputSettings&>(*plan_.outputs.at(number).settings);
}

void ModbusLine::want(std::size_t output, bool on) {
  wishes_.want(output, on);
  ring();
}

void ModbusLine::ring() const {
  const eventfd_t one = 1;
  (void)::eventfd_write(bell_, one);  // fails only when it rings already
}

Result<> ModbusLine::work(LineEvents& events, std::stop_token stop) {
  if (!serial_) return serial_.error();
  const std::stop_callback wake(stop, [this] { ring(); });
  breaker_->reopened();
  silences_ = 0;
  for (auto& job : jobs_) job.due(now());
  for (std::size_t i = 0; i < wishes_.size(); ++i) wishes_.again(i);
  auto served = open(stop);
  if (served) served = serve(events, stop);
  bus_->close();
  if (stop.stop_requested()) return {};
  return served;
}

Result<> ModbusLine::serve(LineEvents& events, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (auto still = check_connection(); !still) return still;
    const Turn turn = next();
    if (turn.at > now()) {
      wait(turn.at);
      continue;
    }
    auto done = turn.job != nullptr ? run(*turn.job, events, stop) : run(*turn.errand, events, stop);
    if (!done) return done;
  }
  return {};
}

Result<> ModbusLine::open(const std::stop_token& stop) {
  answered_ = false;
  opened_ = now();
  return bus_->open(connect_limit, stop);
}

/// Gateways close what is idle: that is no failure, it is opened when there is something to ask. One that closes at once is.
Result<> ModbusLine::check_connection() {
  if (!bus_->is_open() || !bus_->hung_up()) return {};
  if (!bus_->tcp() || (!answered_ && now() < opened_ + shortest_idle)) return Error{Code::io, bus_->gone(0)};
  bus_->close();
  return {};
}

Steady ModbusLine::free(std::size_t party, std::size_t slave) const {
  return std::max(breaker_->next(party), slaves_[slave].quiet_until);
}

ModbusLine::Turn ModbusLine::next() {
  Turn out;
  const Steady today = now();
  for (std::size_t i = 0; i < wishes_.size(); ++i) {
    const auto wish = wishes_.next(i);
    if (!wish) continue;
    const auto& [errand, from] = *wish;
    if (errand.check && (unreadable_[i] || output(i).check == Duration{})) continue;
    const Steady at = errand.fresh ? Steady{} : std::max(from, free(party(errand), output_slaves_[i]));
    if (at < out.at) out = {at, nullptr, errand};
  }
  if (out.at <= today) return out;  // a siren does not wait for a thermometer
  for (auto& job : jobs_) {
    const Steady at = std::max(job.due(), free(party(job), job.slave()));
    if (at < out.at) out = {at, &job, std::nullopt};
  }
  return out;
}

void ModbusLine::wait(Steady until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(std::clamp<Duration>(until - now(), 0ms, longest_wait));
  std::array<pollfd, 2> both{pollfd{bell_, POLLIN, 0}, pollfd{bus_->fd(), static_cast<short>(bus_->tcp() ? POLLRDHUP : 0), 0}};
  ::poll(both.data(), both.size(), static_cast<int>(left.count()));
  eventfd_t rung = 0;
  (void)::eventfd_read(bell_, &rung);  // fails when it has not rung
}

Reply ModbusLine::ask(std::size_t party, std::size_t slave, const Request& request, const std::stop_token& stop) {
  if (!bus_->is_open()) {  // it was idle, or an unanswered question over TCP closed it
    if (auto opened = open(stop); !opened) return {Reply::Kind::broken, 0, {}, opened.error().what, {}};
  }
  auto reply = bus_->exchange(request, breaker_->patience(party, slaves_[slave].timeout), stop);
  if (!stop.stop_requested()) note(party, slave, reply);
  return reply;
}

void ModbusLine::note(std::size_t party, std::size_t slave, const Reply& reply) {
  const bool gateway = reply.kind == Reply::Kind::exception && from_gateway(reply.exception);
  if (reply.kind == Reply::Kind::broken) return;
  if (gateway || reply.kind == Reply::Kind::silent || reply.kind == Reply::Kind::damaged) {
    breaker_->silent(party, reply.took, slaves_[slave].timeout, now());
    slaves_[slave].quiet_until = now() + slaves_[slave].timeout;
    silences_ = gateway ? 0 : silences_ + 1;
    return;
  }
  silences_ = 0;
  answered_ = true;
}

/// All that was asked of it came. After a silence its slave may have lost power, and what it was told.
void ModbusLine::answered(std::size_t party, std::size_t slave) {
  if (!breaker_->answered(party)) return;
  for (const auto& job : jobs_)
    if (job.slave() == slave) breaker_->revive(this->party(job));
  for (std::size_t i = 0; i < wishes_.size(); ++i) {
    if (output_slaves_[i] != slave) continue;
    breaker_->revive(jobs_.size() + i);
    wishes_.again(i);
  }
}

/// Whether the line can go on after that.
Result<> ModbusLine::verdict(const Reply& reply) const {
  if (reply.kind == Reply::Kind::broken) return Error{Code::io, reply.why};
  if (bus_->tcp() && silences_ >= silent_line && !breaker_->anybody())
    return Error{Code::io, name_ + ": takes connections, but no slave answers"};
  return {};
}

std::string ModbusLine::words(const Reply& reply, const Request& request, std::size_t slave) const {
  const std::string number = std::to_string(slaves_[slave].number);
  if (reply.kind == Reply::Kind::broken) return reply.why;
  if (reply.kind == Reply::Kind::exception) return exception_words(reply.exception, request);
  if (reply.kind == Reply::Kind::damaged) return "no sound answer from slave " + number + ": what comes is damaged";
  return "no answer from slave " + number + " within " + to_text(slaves_[slave].timeout);
}

Result<> ModbusLine::run(Job& job, LineEvents& events, const std::stop_token& stop) {
  job.begin();
  Reply reply{Reply::Kind::values, 0, {}, {}, {}};
  while (const auto request = job.request()) {
    reply = ask(party(job), job.slave(), *request, stop);
    if (stop.stop_requested()) return {};
    if (reply.kind == Reply::Kind::values)
      job.read(reply.values, clock_.now());
    else if (reply.kind == Reply::Kind::exception && !from_gateway(reply.exception))
      job.refused(reply.exception);
    else
      break;
  }
  job.deliver(events, clock_.now());
  if (job.request()) {
    unanswered(job, reply, events);  // it stays due: the breaker says when
  } else {
    answered(party(job), job.slave());
    job.done(now());
  }
  return verdict(reply);
}

void ModbusLine::unanswered(const Job& job, const Reply& reply, LineEvents& events) {
  if (reply.kind == Reply::Kind::broken) return;  // the line tells that
  const std::string why = words(reply, *job.request(), job.slave());
  for (const auto sensor : job.unfinished()) events.failed(sensor, why);
}

}  // namespace kuzet::drivers::modbus

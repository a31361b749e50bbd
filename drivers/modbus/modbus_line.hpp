// SPDX-License-Identifier: Apache-2.0
// One Modbus line at work: who is asked next, and what becomes of the answer.
#pragma once

#include "drivers/modbus/breaker.hpp"
#include "drivers/modbus/bus.hpp"
#include "drivers/modbus/job.hpp"
#include "drivers/modbus/wishes.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kuzet::drivers::modbus {

class ModbusLine : public Line {
 public:
  ModbusLine(LinePlan plan, const Clock& clock);
  ~ModbusLine() override;
  ModbusLine(const ModbusLine&) = delete;
  ModbusLine& operator=(const ModbusLine&) = delete;

  Result<> work(LineEvents& events, std::stop_token stop) override;
  void want(std::size_t output, bool on) override;

 private:
  struct Slave {
    int number = 1;
    Duration timeout{};
    Steady
        quiet_until{};  // after a silence: what it says late is thrown away, and not taken for the answer to the next question
  };
  /// Who is to be asked, and when.
  struct Turn {
    Steady at = Steady::max();
    Job* job = nullptr;
    std::optional<Wishes::Errand> errand;
  };

  std::size_t slave_of(const SlaveSettings& settings);
  Job& job_of(std::size_t slave, Duration every);
  [[nodiscard]] const OutputSettings& output(std::size_t number) const;

  Result<> serve(LineEvents& events, const std::stop_token& stop);
  Result<> check_connection();
  Result<> open(const std::stop_token& stop);
  [[nodiscard]] Turn next();
  void wait(Steady until);
  void ring() const;

  Result<> run(Job& job, LineEvents& events, const std::stop_token& stop);
  void unanswered(const Job& job, const Reply& reply, LineEvents& events);
  Result<> run(const Wishes::Errand& errand, LineEvents& events, const std::stop_token& stop);
  std::optional<std::string> look(const Wishes::Errand& errand, Reply& reply, const std::stop_token& stop);
  Reply ask(std::size_t party, std::size_t slave, const Request& request, const std::stop_token& stop);
  void note(std::size_t party, std::size_t slave, const Reply& reply);
  void answered(std::size_t party, std::size_t slave);
  [[nodiscard]] std::size_t party(const Job& job) const { return static_cast<std::size_t>(&job - jobs_.data()); }
  [[nodiscard]] std::size_t party(const Wishes::Errand& errand) const { return jobs_.size() + errand.output; }
  [[nodiscard]] Steady free(std::size_t party, std::size_t slave) const;
  [[nodiscard]] Result<> verdict(const Reply& reply) const;
  [[nodiscard]] std::string words(const Reply& reply, const Request& request, std::size_t slave) const;

  LinePlan plan_;
  const Clock& clock_;
  std::string name_;
  std::vector<Slave> slaves_;
  std::vector<std::size_t> output_slaves_;
  std::vector<bool> unreadable_;  // outputs whose slave does not let them be read
  std::vector<Job> jobs_;
  Wishes wishes_;
  Result<Serial> serial_;
  std::optional<Bus> bus_;
  std::optional<Breaker> breaker_;
  int silences_ = 0;       // in a row, of anybody
  bool answered_ = false;  // somebody, on this connection
  Steady opened_{};
  int bell_;  // eventfd: stop, or a wish
};

}  // namespace kuzet::drivers::modbus

package org.wormholes.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.wormholes.dsl.Scripts.only;
import static org.wormholes.dsl.Scripts.route;

import org.junit.jupiter.api.Test;

/// What conditions become; what is wrong with wrong ones is in [WrongRulesetsTest].
class ConditionsTest {
  @Test
  void joinsAndTurnsRound() {
    assertThat(only("latency < 80.ms && !friend?")).isEqualTo("latency < 80.ms && !friend?");
    assertThat(only("latency < 80.ms and not friend? or guard?"))
        .isEqualTo("(latency < 80.ms && !friend?) || guard?");
    assertThat(only("friend? & guard?")).isEqualTo("friend? && guard?");
    assertThat(only("!(friend? || guard?)")).isEqualTo("!(friend? || guard?)");
  }

  @Test
  void choosesByIfUnlessAndTheQuestionMark() {
    String chosen = "friend? ? (latency < 200.ms) : (latency < 80.ms)";

    assertThat(only("friend? ? latency < 200.ms : latency < 80.ms")).isEqualTo(chosen);
    assertThat(only("if friend? then latency < 200.ms else latency < 80.ms end")).isEqualTo(chosen);
    assertThat(only("unless friend? then latency < 80.ms else latency < 200.ms end"))
        .isEqualTo(chosen);
    assertThat(only("latency < (friend? ? 200.ms : 80.ms)"))
        .isEqualTo("latency < (friend? ? 200.ms : 80.ms)");
  }

  @Test
  void branchesOnConstantsDisappear() {
    assertThat(only("STRICT = true", "STRICT ? latency < 10.ms : latency < 1.s"))
        .isEqualTo("latency < 10.ms");
    assertThat(only("STRICT = false", "!STRICT || friend?")).isEqualTo("true");
    assertThat(only("STRICT = true", "!STRICT || friend?")).isEqualTo("friend?");
  }

  @Test
  void readsComparisonsArithmeticAndUnits() {
    assertThat(only("uptime >= 1.5.days")).isEqualTo("uptime >= 36.hours");
    assertThat(only("bandwidth > 80.mbit")).isEqualTo("bandwidth > 10000000.bytes_s");
    assertThat(only("bandwidth * 10.s > 1.gib / 4")).isEqualTo("(bandwidth * 10.s) > 256.mib");
    assertThat(only("1.mib / 2.s < bandwidth")).isEqualTo("512.kib_s < bandwidth");
    assertThat(only("latency - 5.ms < 3 * 10.ms")).isEqualTo("(latency - 5.ms) < 30.ms");
    assertThat(only("-latency < 0.ms")).isEqualTo("(0.ms - latency) < 0.ms");
    assertThat(only("[latency, 5.ms].max < 1.minute"))
        .isEqualTo("([latency, 5.ms].max) < 1.minutes");
  }

  @Test
  void asksListsAndRangesEitherWayRound() {
    assertThat(only("country.in? %w[DE FR]")).isEqualTo("country.in?([\"DE\", \"FR\"])");
    assertThat(only("%w[DE FR].include? country")).isEqualTo("country.in?([\"DE\", \"FR\"])");
    assertThat(route("port.in? [443, 80, 8000..8999]"))
        .isEqualTo("port.in?([80, 443, 8000..8999])");
    assertThat(route("(1000...2000).include?(port)")).isEqualTo("port.in?(1000...2000)");
    assertThat(route("(1000..2000) === port")).isEqualTo("port.in?(1000..2000)");
    assertThat(route("port.in?(1024..)")).isEqualTo("port >= 1024");
    assertThat(route("port.between? 80, 90")).isEqualTo("port.in?(80..90)");
  }

  @Test
  void unrollsAnyAllAndNone() {
    String under = "host.under?([\"a.example\", \"b.example\"])";

    assertThat(route("%w[a.example b.example].any? { |d| host.under? d }")).isEqualTo(under);
    assertThat(route("%w[a.example b.example].any? { host.under? it }")).isEqualTo(under);
    assertThat(route("%w[a.example b.example].none? { host.under? _1 }")).isEqualTo("!" + under);
    assertThat(route("[80, 443].all? { |n| port != n }")).isEqualTo("port != 80 && port != 443");
    assertThat(route("[].any? { |n| port == n } || port == 1")).isEqualTo("port == 1");
  }

  @Test
  void readsTimesOfDay() {
    assertThat(route("time.in?(\"22:00\"..\"06:00\")")).isEqualTo("time.in?(\"22:00\"..\"06:00\")");
    assertThat(route("time > \"8:30\"")).isEqualTo("time > \"08:30\"");
    assertThat(route("weekday.in?(\"fri\"..\"mon\")"))
        .isEqualTo("weekday.in?([\"fri\", \"mon\", \"sat\", \"sun\"])");
    assertThat(route("weekday == :sat")).isEqualTo("weekday == \"sat\"");
  }

  @Test
  void readsTextQuestionsAndRegularExpressions() {
    assertThat(route("host =~ /^ads?\\./i")).isEqualTo("host =~ /^ads?\\./i");
    assertThat(route("/ads/.match?(host)")).isEqualTo("host =~ /ads/");
    assertThat(route("host !~ /ads/")).isEqualTo("!(host =~ /ads/)");
    assertThat(route("host.start_with?(\"a\", \"b\")"))
        .isEqualTo("host.start_with?(\"a\") || host.start_with?(\"b\")");
    assertThat(route("host.length > 60 || user.empty?"))
        .isEqualTo("host.length > 60 || user == \"\"");
  }

  @Test
  void readsAddresses() {
    assertThat(route("address.private? || address.in?(\"192.0.2.0/24\")"))
        .isEqualTo("address.private? || address.in?([\"192.0.2.0/24\"])");
    assertThat(route("address == \"::1\"")).isEqualTo("address == \"::1\"");
  }

  @Test
  void readsHelpersConstantsAndLocals() {
    assertThat(only("def near?(limit = 80.ms) = latency < limit", "near? && near?(limit_of = 1.s)"))
        .isEqualTo("latency < 80.ms && latency < 1.s");
    assertThat(only("def near?(limit:, times: 2) = latency < limit * times", "near?(limit: 10.ms)"))
        .isEqualTo("latency < 20.ms");
    assertThat(only("LIMIT = 20.ms", "near = LIMIT * 2; latency < near"))
        .isEqualTo("latency < 40.ms");
    assertThat(only("def slower?(than) = latency > than\ndef odd? = slower?(uptime)", "odd?"))
        .isEqualTo("latency > uptime");
  }

  @Test
  void takesTheRelayAsTheBlocksValue() {
    assertThat(Scripts.firstTunnel(Scripts.relay("only { |r| r.latency < 80.ms }")).relays().only())
        .hasValueSatisfying(expr ->
            assertThat(org.wormholes.rules.expr.ExprText.of(expr)).isEqualTo("latency < 80.ms"));
  }
}

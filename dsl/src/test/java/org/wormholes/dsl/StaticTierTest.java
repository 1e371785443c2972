package org.wormholes.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.wormholes.dsl.Scripts.firstTunnel;
import static org.wormholes.dsl.Scripts.messages;
import static org.wormholes.dsl.Scripts.tunnel;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.wormholes.rules.Entry;
import org.wormholes.rules.RulePath;

class StaticTierTest {
  @Test
  void worksOutConstants() {
    assertThat(ports("BASE = 1000\noffset = BASE / 3\noffset += 1", "offset * 2, \"12\".to_i"))
        .isNull();
    assertThat(ports("BASE = 1000\noffset = BASE / 3\noffset += 1", "offset * 2"))
        .containsExactly(668);
    assertThat(ports("NAMES = %w[a b c]", "NAMES.size + 1_000")).containsExactly(1_003);
    assertThat(ports("P = { web: 80, mail: 25 }", "P[:mail] + P.fetch(:web)")).containsExactly(105);
    assertThat(ports("", "-7 / 2 + 10")).containsExactly(6);
    assertThat(ports("", "(true && !false) ? 1 : 2")).containsExactly(1);
  }

  @Test
  void unrollsLoopsOverConstants() {
    assertThat(entryPorts("3.times { |i| socks port: 1000 + i }"))
        .containsExactly(1000, 1001, 1002);
    assertThat(entryPorts("[1, 2].each { socks port: it }")).containsExactly(1, 2);
    assertThat(entryPorts("(5..7).each { socks port: _1 }")).containsExactly(5, 6, 7);
    assertThat(entryPorts("%w[a bb].each_with_index { |n, i| socks port: n.size * 10 + i }"))
        .containsExactly(10, 21);
    assertThat(entryPorts("[1, 2, 3].select(&:odd?).each { socks port: it }")).isNull();
    assertThat(entryPorts("[1, 2, 3].select { it.odd? }.map { |n| n * 9 }.each { socks port: it }"))
        .containsExactly(9, 27);
  }

  @Test
  void readsHelpersWithWordsInThem() {
    String script =
        """
        def open_on(*ports) = nil
        def proxy(port, udp: false)
          socks port: port, udp: udp
        end
        """
            + tunnel("entry do\nproxy 4000\nproxy 4001, udp: true\nend\nrelay 3");

    assertThat(firstTunnel(script).entries())
        .containsExactly(
            new Entry.Socks(new Entry.Listen(4000), false),
            new Entry.Socks(new Entry.Listen(4001), true));
  }

  @Test
  void readsTextInAllItsForms() {
    String script =
        """
        name = "example"
        hosts = <<~HOSTS.lines
          a.#{name}
          b.#{name}
        HOSTS
        """
            + tunnel(
                "entry do\nhosts.each_with_index { |h, i| forward port: i + 1, to: \"#{h.strip}:22\" }\n"
                    + "forward port: 9, to: 'c' \".example\" ':22'\nend\nrelay 3");

    assertThat(firstTunnel(script).entries())
        .extracting(entry -> ((Entry.Forward) entry).host())
        .containsExactly("a.example", "b.example", "c.example");
  }

  @Test
  void choosesByConstants() {
    String script =
        "FAST = true\n"
            + tunnel(
                "entry { socks }\nrelay FAST ? 2 : 3\nif FAST\nshape :small\nend\nearly_data unless !FAST");

    assertThat(firstTunnel(script).relays().count()).isEqualTo(2);
    assertThat(firstTunnel(script).shape()).isPresent();
    assertThat(firstTunnel(script).earlyData()).isTrue();
  }

  @Test
  void notesWhereEachRuleStands() {
    Compilation compilation =
        Compiler.compile(
            "test.rb",
            Scripts.relay("only { latency < 80.ms }\nguard keep: 60.days"),
            Options.defaults());

    assertThat(compilation.sourceMap().position(RulePath.only("web")))
        .hasToString("Optional[test.rb:8:1]");
    assertThat(compilation.sourceMap().position(RulePath.entry("web", 0)))
        .hasToString("Optional[test.rb:6:9]");
    assertThat(compilation.sourceMap().position(RulePath.tunnel("web")))
        .hasToString("Optional[test.rb:5:8]");
  }

  @Test
  void tellsThatFullRubyWouldHelp() {
    Compilation compilation =
        Compiler.compile(
            "test.rb", tunnel("entry { socks port: rand(9) }\nrelay 3"), Options.defaults());

    assertThat(compilation.needsFullRuby()).isTrue();
    assertThat(compilation.succeeded()).isFalse();
  }

  @Test
  void tellsNoProblemTwiceForOneCause() {
    assertThat(messages("BASE = ENV[\"X\"]\n" + tunnel("entry { socks port: BASE }\nrelay 3")))
        .containsExactly("this needs full Ruby (`ENV`)");
  }

  @Test
  void growsNoListOrTextWithoutEnd() {
    assertThat(messages("x = [1]\n40.times { x = [x, x] }\n" + tunnel("entry { socks }\nrelay 3")))
        .anyMatch(message -> message.startsWith("the list becomes longer than"));
    assertThat(
            messages("x = \"ab\"\n40.times { x = x + x }\n" + tunnel("entry { socks }\nrelay 3")))
        .anyMatch(message -> message.startsWith("the text becomes longer than"));
  }

  private static @org.jspecify.annotations.Nullable List<Integer> ports(
      String before, String value) {
    return portsOf(before + "\n" + tunnel("entry { socks port: (" + value + ") }\nrelay 3"));
  }

  private static @org.jspecify.annotations.Nullable List<Integer> entryPorts(String body) {
    return portsOf(tunnel("entry do\n" + body + "\nend\nrelay 3"));
  }

  /// The ports that a script opens, or null where it has errors.
  private static @org.jspecify.annotations.Nullable List<Integer> portsOf(String script) {
    Compilation compilation = Compiler.compile("test.rb", script, Options.defaults());
    return compilation
        .ruleset()
        .map(rules ->
            rules.tunnels().getFirst().entries().stream()
                .map(entry -> entry.listen().port())
                .toList())
        .orElse(null);
  }
}

package org.wormholes.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.codec.RuleFormatException;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.ExprText;

/// Short scripts for tests.
final class Scripts {
  private Scripts() {}

  /// A whole script around the body of one tunnel's `relay`.
  static String relay(String body) {
    return tunnel("entry { socks }\nrelay 3 do\n" + body + "\nend");
  }

  /// A whole script around the body of one tunnel.
  static String tunnel(String body) {
    return rules("tunnel \"web\", over: \"commons\" do\n" + body + "\nend");
  }

  /// A whole script with one tunnel and these routes.
  static String routes(String body) {
    return rules(
        "tunnel \"web\", over: \"commons\" do\nentry { socks }\nrelay 3\nend\nroutes do\n"
            + body
            + "\nend");
  }

  static String rules(String body) {
    return "ruleset \"test\" do\nnetwork \"commons\" do\nopen_to :anyone\nend\n" + body + "\nend\n";
  }

  static Ruleset compiled(String script) {
    return compiled(script, Tier.STATIC);
  }

  static Ruleset compiled(String script, Tier tier) {
    Compilation compilation = Compiler.compile("test.rb", script, Options.of(tier));
    assertThat(compilation.ruleset()).as(compilation.render()).isPresent();
    return compilation.ruleset().orElseThrow();
  }

  /// What a script without a mistake compiles to: the same in both tiers, and unchanged by the
  /// codec.
  static Compilation kept(String script, Tier tier) throws RuleFormatException {
    Compilation compilation = Compiler.compile("test.rb", script, Options.of(tier));
    assertThat(compilation.render()).isEmpty();
    Ruleset ruleset = compilation.ruleset().orElseThrow();
    assertThat(RuleCodec.canonicalBytes(ruleset))
        .isEqualTo(RuleCodec.canonicalBytes(compiled(script)));
    assertThat(RuleCodec.decode(RuleCodec.encode(ruleset, compilation.sourceMap())).ruleset())
        .isEqualTo(ruleset);
    return compilation;
  }

  static Tunnel firstTunnel(String script) {
    return compiled(script).tunnels().getFirst();
  }

  /// The messages that a script gets, without excerpts.
  static List<String> messages(String script) {
    return messages(script, Tier.STATIC);
  }

  static List<String> messages(String script, Tier tier) {
    return Compiler.compile("test.rb", script, Options.of(tier)).problems().stream()
        .map(Problem::message)
        .toList();
  }

  /// What the condition of `only { … }` becomes.
  static String only(String condition) {
    return only("", condition);
  }

  /// The same, with helpers and constants before the ruleset.
  static String only(String before, String condition) {
    Expr expr =
        firstTunnel(before + "\n" + relay("only { " + condition + " }"))
            .relays()
            .only()
            .orElseThrow();
    return ExprText.of(expr);
  }

  /// What the condition of a route becomes.
  static String route(String condition) {
    return ExprText.of(
        compiled(routes("to(\"web\") { " + condition + " }")).routes().getFirst().condition());
  }
}

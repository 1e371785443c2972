package org.wormholes.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.membership.Statement.Certificate;
import org.wormholes.protocol.membership.Statement.Revocation;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;

final class SignedStatementTest {
  private final SignedStatement certificate =
      SignedStatement.sign(
          new Certificate(
              Club.NETWORK,
              Club.id(1),
              Club.id(0),
              Set.of("relay", "editor"),
              2,
              Club.START,
              Club.START.plus(Duration.ofDays(90))),
          Club.key(0));
  private final SignedStatement revocation =
      SignedStatement.sign(
          new Revocation(Club.NETWORK, Club.id(1), Club.id(0), Club.START.plusSeconds(60)),
          Club.key(0));

  @Test
  void readsWhatWasSigned() throws WireException {
    for (SignedStatement signed : List.of(certificate, revocation)) {
      SignedStatement read = SignedStatement.decode(signed.encoded());
      assertThat(read).isEqualTo(signed);
      assertThat(read.statement()).isEqualTo(signed.statement());
      assertThat(read.id()).isEqualTo(signed.id());
    }
  }

  @Test
  void readsThePublishedVectors() throws IOException, WireException {
    String text =
        """
        certificate %s
        revocation %s
        founder's proof %s
        member's proof %s
        """
            .formatted(
                certificate.encoded(),
                revocation.encoded(),
                new MembershipMessage.Present(Club.NETWORK, List.of()).encode(),
                new MembershipMessage.Present(Club.NETWORK, List.of(certificate.encoded()))
                    .encode());
    String golden = System.getProperty("golden.folder");
    if (golden != null) {
      Path folder = Files.createDirectories(Path.of(golden, "membership"));
      Files.writeString(folder.resolve("statements.txt"), text);
    }
    Path vectors = Path.of("../../spec/vectors/membership/statements.txt");
    assertThat(Files.readString(vectors)).isEqualTo(text);
    String first = Files.readAllLines(vectors).getFirst();
    assertThat(SignedStatement.decode(Bytes.ofHex(first.substring(first.indexOf(' ') + 1))))
        .isEqualTo(certificate);
  }

  @Test
  void refusesEveryChangedBit() {
    for (SignedStatement signed : List.of(certificate, revocation)) {
      byte[] bytes = signed.encoded().toArray();
      for (int bit = 0; bit < 8 * bytes.length; bit += 3) {
        byte[] changed = bytes.clone();
        changed[bit / 8] ^= (byte) (1 << bit % 8);
        assertThatThrownBy(() -> SignedStatement.decode(Bytes.of(changed)))
            .as("bit " + bit)
            .isInstanceOf(WireException.class);
      }
    }
  }

  @Test
  void refusesEveryCut() {
    byte[] bytes = certificate.encoded().toArray();
    for (int length = 0; length < bytes.length; length++) {
      Bytes cut = Bytes.of(bytes, 0, length);
      assertThatThrownBy(() -> SignedStatement.decode(cut)).isInstanceOf(WireException.class);
    }
  }

  @Test
  void signsOnlyForItself() {
    assertThatThrownBy(() -> SignedStatement.sign(certificate.statement(), Club.key(2)))
        .hasMessageContaining("only for itself");
  }

  @Test
  void fitsEvenWhenEveryRoleIsAsLongAsItMayBe() throws WireException {
    Set<String> roles =
        Set.of(
            "a".repeat(16),
            "b".repeat(16),
            "c".repeat(16),
            "d".repeat(16),
            "e".repeat(16),
            "f".repeat(16),
            "g".repeat(16),
            "h".repeat(16));
    SignedStatement longest =
        SignedStatement.sign(
            new Certificate(
                Club.NETWORK,
                Club.id(1),
                Club.id(0),
                roles,
                3,
                Club.START,
                Club.START.plus(Certificate.MAX_LIFE)),
            Club.key(0));
    assertThat(longest.encoded().size()).isLessThanOrEqualTo(SignedStatement.MAX_BYTES);
    assertThat(SignedStatement.decode(longest.encoded())).isEqualTo(longest);
  }

  @Test
  void isRefusedWhereAValueIsOutOfItsRange() {
    assertThatThrownBy(() -> certificate(Set.of("Relay"), 0, Duration.ofDays(1)))
        .hasMessageContaining("role");
    assertThatThrownBy(() -> certificate(Set.of(), 4, Duration.ofDays(1)))
        .hasMessageContaining("reach");
    assertThatThrownBy(() -> certificate(Set.of(), 0, Duration.ofDays(367)))
        .hasMessageContaining("366 days");
    assertThatThrownBy(() -> certificate(Set.of(), 0, Duration.ZERO))
        .hasMessageContaining("366 days");
  }

  @Test
  void showsNobodyInALog() {
    assertThat(certificate).hasToString("SignedStatement[Certificate]");
  }

  private static Certificate certificate(Set<String> roles, int reach, Duration life) {
    return new Certificate(
        Club.NETWORK, Club.id(1), Club.id(0), roles, reach, Club.START, Club.START.plus(life));
  }
}

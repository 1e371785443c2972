package org.wormholes.protocol.rendezvous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.onion.OnionKeyPair;
import org.wormholes.protocol.onion.Ratchet;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.Cells;
import org.wormholes.protocol.wire.WireException;

final class IntroductionTest {
  private static final NodeId POINT = Services.pointKey(0).id();
  private static final Bytes COOKIE = Services.bytes(8, 32);

  private final Random random = new Random(3);
  private final ReplayMemory replays = new ReplayMemory();

  private ClientIntroduction client(Optional<NodeKey> key) throws WireException {
    return ClientIntroduction.create(
        Services.CREDENTIAL, POINT, Services.ENCRYPTION.publicKey(), key, random::nextBytes);
  }

  private ServiceIntroduction opened(byte[] message) throws WireException {
    return ServiceIntroduction.open(
        message, Services.CREDENTIAL, POINT, Services.ENCRYPTION, replays);
  }

  @Test
  void bothEndsGetTheSameKeys() throws WireException {
    ClientIntroduction client = client(Optional.empty());
    byte[] message = client.message(Services.relay(4), COOKIE, Puzzle.Proof.none());
    assertThat(message).hasSize(ClientIntroduction.BYTES);
    ServiceIntroduction service = opened(message);
    assertThat(service.relay()).isEqualTo(Services.relay(4));
    assertThat(service.cookie()).isEqualTo(COOKIE);
    assertThat(service.client()).isEmpty();
    ServiceIntroduction.Accepted accepted = service.accept(random::nextBytes);
    EndLayer near = client.finish(accepted.answer().toArray());
    exchange(near, accepted.layer());
    exchange(accepted.layer(), near);
  }

  /// Over more than one change of keys, large and small mixed.
  private void exchange(EndLayer from, EndLayer to) throws WireException {
    for (int i = 0; i < 2 * Ratchet.CELLS + 3; i++) {
      byte[] payload = new byte[Cells.payload(i % 50 == 0)];
      random.nextBytes(payload);
      byte[] sent = payload.clone();
      from.seal(sent, 0, sent.length);
      byte[] read = new byte[sent.length];
      to.open(sent, 0, sent.length, read, 0);
      int length = payload.length - EndLayer.OVERHEAD;
      assertThat(Bytes.of(read, 0, length)).isEqualTo(Bytes.of(payload, 0, length));
    }
  }

  @Test
  void aPayloadThatWasChangedOrRepeatedEndsIt() throws WireException {
    ClientIntroduction client = client(Optional.empty());
    ServiceIntroduction.Accepted accepted =
        opened(client.message(Services.relay(4), COOKIE, Puzzle.Proof.none()))
            .accept(random::nextBytes);
    EndLayer near = client.finish(accepted.answer().toArray());
    byte[] payload = new byte[Cells.SMALL_PAYLOAD];
    near.seal(payload, 0, payload.length);
    byte[] read = new byte[payload.length];
    accepted.layer().open(payload, 0, payload.length, read, 0);
    assertThatThrownBy(() -> accepted.layer().open(payload, 0, payload.length, read, 0))
        .isInstanceOf(WireException.class);
    byte[] next = new byte[Cells.SMALL_PAYLOAD];
    near.seal(next, 0, next.length);
    assertThatThrownBy(() -> accepted.layer().open(next, 0, next.length, read, 0))
        .hasMessageContaining("broken");
  }

  @Test
  void aClientShowsWhoItIs() throws WireException {
    NodeKey key = Services.key(5);
    byte[] message =
        client(Optional.of(key)).message(Services.relay(4), COOKIE, Puzzle.Proof.none());
    assertThat(opened(message).client()).contains(key.id());
  }

  @Test
  void anIntroductionCountsOnce() throws WireException {
    byte[] message =
        client(Optional.empty()).message(Services.relay(4), COOKIE, Puzzle.Proof.none());
    opened(message);
    assertThatThrownBy(() -> opened(message)).hasMessageContaining("here before");
    byte[] otherWork = message.clone();
    otherWork[ClientIntroduction.HEAD - 1] ^= 1;
    assertThatThrownBy(() -> opened(otherWork)).hasMessageContaining("here before");
  }

  @Test
  void aFullMemoryTakesNoMore() throws WireException {
    ReplayMemory small = new ReplayMemory(1);
    for (int i = 0; i < 2; i++) {
      byte[] message =
          client(Optional.empty()).message(Services.relay(4), COOKIE, Puzzle.Proof.none());
      if (i == 0) {
        ServiceIntroduction.open(message, Services.CREDENTIAL, POINT, Services.ENCRYPTION, small);
        assertThat(small.full()).isTrue();
      } else {
        assertThatThrownBy(() ->
                ServiceIntroduction.open(
                    message, Services.CREDENTIAL, POINT, Services.ENCRYPTION, small))
            .isInstanceOf(WireException.class);
      }
    }
  }

  @Test
  void otherKeysPointsAndPeriodsDoNotOpenIt() throws WireException {
    byte[] message =
        client(Optional.empty()).message(Services.relay(4), COOKIE, Puzzle.Proof.none());
    OnionKeyPair otherKey = OnionKeyPair.create(9, random::nextBytes);
    NodeId otherPoint = Services.pointKey(1).id();
    ServiceCredential otherPeriod =
        ServiceCredential.of(Services.SERVICE.id(), Services.PERIOD + 1);
    assertThatThrownBy(
            () -> ServiceIntroduction.open(message, Services.CREDENTIAL, POINT, otherKey, replays))
        .hasMessageContaining("does not open");
    assertThatThrownBy(() ->
            ServiceIntroduction.open(
                message, Services.CREDENTIAL, otherPoint, Services.ENCRYPTION, replays))
        .hasMessageContaining("does not open");
    assertThatThrownBy(() ->
            ServiceIntroduction.open(message, otherPeriod, POINT, Services.ENCRYPTION, replays))
        .hasMessageContaining("does not open");
  }

  @Test
  void anAnswerThatIsNotTheServicesIsRefused() throws WireException {
    ClientIntroduction client = client(Optional.empty());
    byte[] answer =
        opened(client.message(Services.relay(4), COOKIE, Puzzle.Proof.none()))
            .accept(random::nextBytes)
            .answer()
            .toArray();
    answer[40] ^= 1;
    assertThatThrownBy(() -> client.finish(answer)).hasMessageContaining("confirmation");
  }
}

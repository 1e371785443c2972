package org.wormholes.protocol.link;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.wormholes.protocol.RepeatingEntropy;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.protocol.wire.WireException;

/// Two ends of a link, and what each wrote.
final class Pair {
  final Entropy entropy;
  final NodeKey client;
  final NodeKey server;
  final LinkHandshake first;
  final LinkHandshake second;

  private Pair(String name, boolean named) {
    entropy = new RepeatingEntropy(name);
    client = NodeKey.create(entropy);
    server = NodeKey.create(entropy);
    first =
        named
            ? LinkHandshake.initiator(client, server.id(), entropy)
            : LinkHandshake.initiator(server.id(), entropy);
    second = LinkHandshake.responder(server, entropy);
  }

  static Pair fresh(String name, boolean named) {
    return new Pair(name, named);
  }

  static Pair shakenHands(String name) throws WireException {
    Pair pair = new Pair(name, true);
    byte[] message = written(pair.first);
    byte[] answer = answer(pair.second, message);
    answer(pair.second, answer(pair.first, answer));
    return pair;
  }

  static byte[] written(LinkHandshake side) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    side.start(out::write);
    return out.toByteArray();
  }

  static byte[] answer(LinkHandshake side, byte[] message) throws WireException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    side.receive(ByteBuffer.wrap(message), out::write);
    return out.toByteArray();
  }

  LinkSession initiator() {
    return first.session();
  }

  LinkSession responder() {
    return second.session();
  }

  static byte[] flushed(LinkSession session) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    session.flush(out::write);
    return out.toByteArray();
  }
}

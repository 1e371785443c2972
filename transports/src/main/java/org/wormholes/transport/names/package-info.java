/// Questions and answers of DNS as bytes: what is asked, what is read, and what is made up.
@org.jspecify.annotations.NullMarked
package org.wormholes.transport.names;

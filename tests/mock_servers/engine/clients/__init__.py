"""Three real HTTP clients behind one small face: HTTPX, requests, and Node's fetch."""

"""What several tests share: servers, fakes, builders."""

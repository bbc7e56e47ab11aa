// What the tests use of react-native-cotter, which has no types of its own.

declare module 'react-native-cotter/src/Constants' {
  const Constants: { BaseURL: string };
  export { Constants as default };
}

declare module 'react-native-cotter/src/Requests' {
  type Json = Record<string, unknown>;

  class Requests {
    constructor(apiKeyID: string, userID?: string | null);
    registerUserToCotter(identifiers?: string[], identifier?: string | null): Promise<Json>;
    getUserByIdentifier(identifier: string): Promise<Json>;
    updateMethod(
      method: string,
      code: string,
      enrolled: boolean,
      changeCode: boolean,
      currentCode: string | null,
      algorithm: string | null,
      getOAuthToken?: boolean,
      cotterUserID?: string | null,
    ): Promise<Json>;
    deleteMethod(method: string, code: string): Promise<Json>;
    checkEnrolledMethod(method: string, pubKey: string | null): Promise<Json>;
    constructApprovedEventMsg(event: string, timestamp: string, method: string): string;
    constructRespondEventMsg(event: string, timestamp: string, method: string, approved: boolean): string;
    constructApprovedEventJSON(
      event: string,
      timestamp: string,
      method: string,
      code: string,
      publicKey: string,
      algorithm: string,
    ): Promise<Json>;
    constructEventJSON(event: string, timestamp: string, method: string): Promise<Json>;
    constructRespondEventJSON(
      event: Json,
      method: string,
      signature: string,
      publicKey: string,
      algorithm: string,
      approved: boolean,
    ): Json;
    constructRegisterNewDeviceJSON(
      event: string,
      timestamp: string,
      method: string,
      signature: string,
      publicKey: string,
      algorithm: string,
      newPublicKey: string,
      newAlgo: string,
    ): Promise<Json>;
    createApprovedEventRequest(request: Json, getOAuthToken?: boolean): Promise<Json>;
    createPendingEventRequest(request: Json): Promise<Json>;
    createRespondEventRequest(id: number, request: Json): Promise<Json>;
    getEvent(id: number, getOAuthToken?: boolean): Promise<Json>;
    getNewEvent(): Promise<Json | null>;
    getTokensFromRefreshToken(refreshToken: string): Promise<Json>;
  }
  export { Requests as default };
}
